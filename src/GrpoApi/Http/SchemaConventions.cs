using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Grpo.Losses;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GrpoApi.Http;

/// <summary>Says in the document what the generator cannot see: what our number converters write, JSON of any form, and the fields of problems.</summary>
internal static class SchemaConventions
{
    public static Task ApplyAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (IsPlainArray(type) && schema.Type != JsonSchemaType.Integer)
        {
            var isOptional = context.JsonPropertyInfo is { IsGetNullable: true };
            schema.Type = JsonSchemaType.Array | (isOptional ? JsonSchemaType.Null : default);
            schema.Items = type == typeof(RealVector) ? Number(typeof(double)) : new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = "1" };
        }
        else if (Number(type) is { } number)
        {
            (schema.Type, schema.Format) = (number.Type, number.Format);
        }
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Enumerable && Number(context.JsonTypeInfo.ElementType) is { } item)
        {
            schema.Items = item;
        }
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Dictionary && Number(context.JsonTypeInfo.ElementType) is { } value)
        {
            schema.AdditionalProperties = value;
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
        }
        else if (type == typeof(string))
        {
            // A property with a converter of its own would otherwise have no type.
            schema.Type ??= JsonSchemaType.String;
        }
        else if (type == typeof(JsonObject))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (type.IsAssignableTo(typeof(ProblemDetails)))
        {
            DescribeProblem(schema);
        }

        return Task.CompletedTask;
    }

    /// <summary>Whether a type of ours is an array of numbers in JSON: of real numbers, or of 0 and 1.</summary>
    public static bool IsPlainArray(Type type) => type == typeof(RealVector) || type == typeof(ReadOnlyMemory<byte>) || type == typeof(ReadOnlyMemory<byte>?);

    private static OpenApiSchema? Number(Type? type)
    {
        var bare = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(double) || bare == typeof(float)
            ? new OpenApiSchema { Type = JsonSchemaType.Number | (bare == type ? default : JsonSchemaType.Null), Format = bare == typeof(double) ? "double" : "float" }
            : null;
    }

    private static void DescribeProblem(OpenApiSchema schema)
    {
        schema.Description = "An RFC 9457 problem; docs/problems.md lists the types.";
        schema.AdditionalPropertiesAllowed = true;
        schema.AdditionalProperties = null;
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        schema.Properties["trace_id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Finds the request in the server's log." };
        if (schema.Properties.TryGetValue("errors", out var errors) && errors is OpenApiSchema byPath)
        {
            byPath.Description = "Messages by the JSON path of the request, such as groups[0].rewards[1].";
        }
    }
}
