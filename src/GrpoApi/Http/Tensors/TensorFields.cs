using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Grpo.Engines.Weights;

namespace GrpoApi.Http.Tensors;

/// <summary>What is not an array in a request or an answer: JSON in one string of the header's metadata.</summary>
internal static class TensorFields
{
    /// <summary>The metadata key of a request's fields.</summary>
    public const string Request = "request";

    /// <summary>The metadata key of an answer's fields.</summary>
    public const string Response = "response";

    /// <summary>Written by the library of the format itself, and without a meaning here.</summary>
    private const string Format = "format";

    /// <summary>The conventions for JSON, without the array of <typeparamref name="T"/> that the tensors stand for.</summary>
    /// <param name="array">Its JSON name.</param>
    public static JsonSerializerOptions Without<T>(string array) => new(JsonConventions.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(info =>
        {
            if (info.Type == typeof(T)) info.Properties.Remove(info.Properties.Single(property => property.Name == array));
        }),
    };

    /// <summary>The fields of a request; all have their defaults where the file has none.</summary>
    /// <exception cref="BadHttpRequestException">They are not the JSON that is needed.</exception>
    /// <exception cref="SafetensorsException">The metadata has another key.</exception>
    public static T Read<T>(SafetensorsHeader header, JsonSerializerOptions options)
        where T : class
    {
        if (header.Metadata.Keys.FirstOrDefault(key => key is not (Request or Format)) is { } unknown)
        {
            throw new SafetensorsException($"{SafetensorsHeader.MetadataName}.{unknown}", $"Is not known; the fields of the request go as JSON under {Request}.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(header.Metadata.GetValueOrDefault(Request, "{}"), options) ?? throw new SafetensorsException($"{SafetensorsHeader.MetadataName}.{Request}", "Must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException(exception.Message, StatusCodes.Status400BadRequest, exception);
        }
    }

    /// <summary>The fields of an answer as metadata.</summary>
    public static Dictionary<string, string> Write(JsonNode answer) => new() { [Response] = answer.ToJsonString(JsonConventions.Options) };
}
