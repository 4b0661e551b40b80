using System.Text.Json;
using System.Text.RegularExpressions;

namespace GrpoApi.Http;

/// <summary>What is wrong with a JSON body, in the caller's words: their path, no type names of ours.</summary>
internal static partial class JsonErrors
{
    /// <summary>The path of each value that could not be read, such as <c>$.groups[0].rewards[1]</c>, and what is wrong with it.</summary>
    public static IReadOnlyList<(string Path, string Message)> Describe(JsonException exception)
    {
        var path = exception.Path ?? "$";
        if (exception.Data[JsonArrays.Problem] is string problem) return [(exception.Data[JsonArrays.Index] is int index ? $"{path}[{index}]" : path, problem)];
        var text = exception.Message.Split(" Path: ", 2)[0];
        if (exception.InnerException?.Message.Contains(" UTF-", StringComparison.Ordinal) == true)
        {
            return [(path, "Holds text that is not valid Unicode.")];
        }

        return MissingFields().Match(text) is { Success: true } missing
            ? [.. missing.Groups["names"].Value.Split(", ").Select(name => ($"{path}.{name.Trim('\'')}", "Is required."))]
            : [DescribeOne(path, text)];
    }

    /// <summary>The path as it is written in <c>errors</c>: without the root, <c>groups[0].rewards[1]</c>.</summary>
    public static string Key(string path) => path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    private static (string Path, string Message) DescribeOne(string path, string text)
    {
        if (UnknownField().Match(text) is { Success: true } unknown)
        {
            var name = unknown.Groups["name"].Value;
            return (path.EndsWith("." + name, StringComparison.Ordinal) ? path : $"{path}.{name}", $"The field '{name}' is not known here.");
        }

        if (DuplicateField().Match(text) is { Success: true } duplicate)
        {
            return (path, $"The field '{duplicate.Groups["name"].Value}' is given twice.");
        }

        if (NullNotAllowed().IsMatch(text))
        {
            return (path, "Must not be null.");
        }

        return WrongType().Match(text) is { Success: true } wrong ? (path, $"Must be {Expected(wrong.Groups["type"].Value)}.") : (path, text);
    }

    private static string Expected(string typeName) => typeName switch
    {
        "System.Double" or "System.Single" or "System.Nullable`1[System.Double]" or "System.Nullable`1[System.Single]" => "a finite number",
        "System.Int32" or "System.Int64" or "System.Nullable`1[System.Int32]" or "System.Nullable`1[System.Int64]" => "an integer in range",
        "System.String" => "a string",
        "System.Boolean" or "System.Nullable`1[System.Boolean]" => "true or false",
        _ when EnumNames(typeName) is { Length: > 0 } names => "one of " + string.Join(", ", names),
        _ when typeName.Contains("Dictionary", StringComparison.Ordinal) || typeName.Contains("JsonObject", StringComparison.Ordinal) => "an object",
        _ when typeName.EndsWith("[]", StringComparison.Ordinal) || typeName.EndsWith("JsonArray", StringComparison.Ordinal) || typeName.Contains("List`1", StringComparison.Ordinal) => "an array",
        _ => "an object of the documented form",
    };

    private static string[] EnumNames(string typeName)
    {
        var name = typeName.StartsWith("System.Nullable`1[", StringComparison.Ordinal) ? typeName["System.Nullable`1[".Length..^1] : typeName;
        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name)).FirstOrDefault(type => type is not null);
        return type is { IsEnum: true } ? [.. Enum.GetNames(type).Select(JsonConventions.NameOf)] : [];
    }

    [GeneratedRegex("^The JSON property '(?<name>.*)' could not be mapped to any \\.NET member", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UnknownField();

    [GeneratedRegex("was missing required properties including: (?<names>.*?)\\.?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MissingFields();

    [GeneratedRegex("Duplicate property '(?<name>.*)' encountered", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DuplicateField();

    [GeneratedRegex("doesn't allow setting null values|cannot be null|Nullable object must have a value", RegexOptions.None, 1000)]
    private static partial Regex NullNotAllowed();

    [GeneratedRegex("^The JSON value could not be converted to (?<type>.*)\\.$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WrongType();
}
