using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Grpo.Rewards;

/// <summary>Typed reward parameters from JSON, strictly, and their JSON schema.</summary>
public static class RewardParams
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Reads parameters; what is absent keeps its default.</summary>
    /// <exception cref="RewardParamsException">An unknown parameter, a wrong type, or a value out of range; the first one found.</exception>
    public static TParams Parse<TParams>(JsonElement? json)
        where TParams : class, new()
    {
        if (json is not { } element || element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return new TParams();
        if (element.ValueKind != JsonValueKind.Object)
            throw new RewardParamsException("", "must be a JSON object.");
        RefuseUnknown<TParams>(element);
        TParams parameters;
        try
        {
            parameters = element.Deserialize<TParams>(Options)!;
        }
        catch (JsonException problem)
        {
            var path = (problem.Path ?? "$").TrimStart('$').TrimStart('.');
            throw new RewardParamsException(path, $"{Expected<TParams>(path)}.");
        }
        CheckRanges(parameters);
        return parameters;
    }

    /// <summary>The JSON schema of a parameters record: types, enums, [Description], [Range] and the defaults.</summary>
    public static JsonNode Schema<TParams>()
        where TParams : class, new()
    {
        var schema = Options.GetJsonSchemaAsNode(typeof(TParams), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Annotate });
        schema["properties"] ??= new JsonObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(new TParams(), Options)!.AsObject())
            schema["properties"]![name]!["default"] = value?.DeepClone();
        return schema;
    }

    private static JsonNode Annotate(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (context.PropertyInfo?.AttributeProvider is not { } attributes)
            return schema;
        // The schema of a value of any kind is true, which has no room for a description.
        if (schema is not JsonObject node)
            node = [];
        if (attributes.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute description])
            node.Insert(0, "description", description.Description);
        if (attributes.GetCustomAttributes(typeof(RangeAttribute), inherit: false) is [RangeAttribute range])
        {
            node["minimum"] = JsonSerializer.SerializeToNode(range.Minimum);
            node["maximum"] = JsonSerializer.SerializeToNode(range.Maximum);
        }
        return node;
    }

    private static void RefuseUnknown<TParams>(JsonElement element)
    {
        var known = Options.GetTypeInfo(typeof(TParams)).Properties.Select(property => property.Name).ToArray();
        var seen = new HashSet<string>();
        foreach (var name in Names(element))
        {
            if (!known.Contains(name))
                throw new RewardParamsException(name, $"unknown parameter; known: {(known.Length == 0 ? "none" : string.Join(", ", known))}.");
            if (!seen.Add(name))
                throw new RewardParamsException(name, "given twice.");
        }
    }

    private static string[] Names(JsonElement element)
    {
        try
        {
            return [.. element.EnumerateObject().Select(property => property.Name)];
        }
        catch (InvalidOperationException)
        {
            throw new RewardParamsException("", "a name holds half of a surrogate pair.");
        }
    }

    private static string Expected<TParams>(string path)
    {
        var name = path.Split('.', '[')[0];
        if (Options.GetTypeInfo(typeof(TParams)).Properties.FirstOrDefault(property => property.Name == name)?.PropertyType is not { } type)
            return "is not valid";
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return $"must be one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}";
        return type switch
        {
            _ when type == typeof(bool) => "must be true or false",
            _ when type == typeof(int) => "must be an integer",
            _ when type == typeof(double) => "must be a number",
            _ when type == typeof(string) => "must be a string",
            _ when type == typeof(IReadOnlyList<string>) => "must be an array of strings",
            _ => "is not of the form that the reward's schema describes",
        };
    }

    private static void CheckRanges<TParams>(TParams parameters)
        where TParams : class
    {
        var problems = new List<ValidationResult>();
        if (Validator.TryValidateObject(parameters, new ValidationContext(parameters), problems, validateAllProperties: true))
            return;
        var first = problems[0];
        throw new RewardParamsException(JsonNamingPolicy.SnakeCaseLower.ConvertName(first.MemberNames.FirstOrDefault() ?? ""), first.ErrorMessage ?? "is not valid.");
    }
}
