using System.Text.Json;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>A JSON Schema that was read and can check answers, from many threads.</summary>
internal sealed class JsonSchema
{
    private readonly SchemaNode _root;
    private readonly bool _tracksSeen;

    private JsonSchema(SchemaNode root, bool tracksSeen) => (_root, _tracksSeen) = (root, tracksSeen);

    /// <summary>Reads a schema.</summary>
    /// <exception cref="SchemaException">It is no schema, or none that can be used: a reference that leads out of it or nowhere, a chain of references without an end, an expression that does not compile.</exception>
    public static JsonSchema Read(JsonElement schema)
    {
        try
        {
            var (root, tracksSeen) = SchemaReader.Read(schema);
            return new(root, tracksSeen);
        }
        catch (InvalidOperationException)
        {
            throw new SchemaException("", "holds half of a surrogate pair.");
        }
        catch (MathBudgetException limit)
        {
            throw new SchemaException("", $"{limit.Message}.");
        }
    }

    /// <summary>The first thing that an answer breaks, null when it fits.</summary>
    /// <exception cref="MathBudgetException">The answer needs more work than <see cref="SchemaBudget"/> allows.</exception>
    public Violation? Check(JsonElement answer) => new SchemaRun(_tracksSeen, _root.Resource).Check(_root, JsonInstance.Of(answer));
}
