using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Rewards.Accuracy.Schemas;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="JsonSchemaReward"/>.</summary>
public sealed record JsonSchemaParams
{
    /// <summary>The schema.</summary>
    [Description("The JSON Schema that the answer must fit: an object, true or false. Drafts 2020-12 (without $schema), 2019-09, 7 and 6; format is not checked. References stay inside the schema: nothing is fetched. null: reference.schema.")]
    public JsonElement? Schema { get; init; }

    /// <summary>Which part of the completion may hold the answer.</summary>
    [Description("Which part of the completion may hold the answer: after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>What JSON that does not fit gets.</summary>
    [Description("Score of an answer that is JSON but does not fit the schema.")]
    [Range(0.0, 1.0)]
    public double WrongScore { get; init; }
}

/// <summary>1 when the JSON that a completion gives fits a JSON Schema.</summary>
/// <remarks>The answer is found as <see cref="JsonMatchReward"/> finds it. Each schema meets each value at most once, and steps are counted, so that neither a schema nor an answer can make a check long.</remarks>
public sealed class JsonSchemaReward : ISampleReward
{
    private const int CachedSchemas = 256;

    private readonly JsonSchemaParams _parameters;
    private readonly JsonSchema? _schema;
    private readonly ConcurrentDictionary<string, (JsonSchema? Schema, string Problem)> _schemas = new();

    /// <summary>Binds it.</summary>
    /// <exception cref="RewardParamsException">The schema is none, or cannot be used.</exception>
    public JsonSchemaReward(JsonSchemaParams parameters)
    {
        _parameters = parameters;
        if (parameters.Schema is not { } schema)
            return;
        try
        {
            _schema = JsonSchema.Read(schema);
        }
        catch (SchemaException problem)
        {
            throw new RewardParamsException(JsonPaths.Under("schema", problem.Path), problem.Message);
        }
    }

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<JsonSchemaParams, JsonSchemaReward>
    {
        Name = "json_schema",
        Version = "1",
        Summary = "1 when the completion's JSON fits the JSON Schema of the params, or of reference.schema, else 0. The details name the first thing that does not: where, and which keyword.",
        Formula = "score = 1 when the answer fits the schema, wrong_score when it is JSON that does not, 0 when it is no JSON",
        Source = "JSON Schema 2020-12, with the keywords of 2019-09, draft 7 and draft 6",
        ReferenceFields = ["schema"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var (schema, problem) = _schema is null ? OfReference(sample) : (_schema, "");
        if (schema is null)
            return AnswerDetails.Unusable(problem);
        try
        {
            if (JsonAnswer.Of(sample.Completion, _parameters.Scope) is not { } answer)
                return RewardScore.Of(0, "no JSON found", AnswerDetails.Of("no_answer"));
            if (schema.Check(answer) is not { } violation)
                return RewardScore.Of(1, "fits the schema", AnswerDetails.Of("correct"));
            var details = new JsonObject { ["status"] = "incorrect", ["at"] = AnswerDetails.Short(violation.At.Path), ["keyword"] = violation.Keyword };
            return RewardScore.Of(_parameters.WrongScore, AnswerDetails.Short($"{violation.At.Path} {violation.Message}"), details);
        }
        catch (MathBudgetException limit)
        {
            return AnswerDetails.Exhausted(limit.Message);
        }
    }

    private (JsonSchema? Schema, string Problem) OfReference(RewardSample sample)
    {
        if (sample.ReferenceField("schema") is not { } field)
            return (null, "reference.schema is missing");
        var text = field.GetRawText();
        if (_schemas.TryGetValue(text, out var known))
            return known;
        var read = Read(field);
        if (_schemas.Count < CachedSchemas)
            _schemas.TryAdd(text, read);
        return read;
    }

    private static (JsonSchema? Schema, string Problem) Read(JsonElement schema)
    {
        try
        {
            return (JsonSchema.Read(schema), "");
        }
        catch (SchemaException problem)
        {
            return (null, $"reference.{JsonPaths.Under("schema", problem.Path)}: {problem.Message}");
        }
    }
}
