namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>A schema that is none, or that cannot be used here.</summary>
/// <param name="path">JSON path of what is wrong, from the schema's root; empty for the root itself.</param>
/// <param name="message">What is wrong, and what is accepted.</param>
internal sealed class SchemaException(string path, string message) : Exception(message)
{
    /// <summary>JSON path from the schema's root, such as <c>properties.age.minimum</c>.</summary>
    public string Path { get; } = path;
}

/// <summary>JSON paths as messages write them: <c>a.b[0]</c>, with <c>['…']</c> around names that are no words.</summary>
internal static class JsonPaths
{
    /// <summary>The path of a member.</summary>
    public static string Member(string path, string name)
    {
        if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '-'))
            return path.Length == 0 ? name : $"{path}.{name}";
        return $"{path}['{AnswerDetails.Short(name)}']";
    }

    /// <summary>The path of an item.</summary>
    public static string Item(string path, int index) => $"{path}[{index}]";

    /// <summary>A path that goes on from another.</summary>
    public static string Under(string root, string path) => path.Length == 0 || path[0] == '[' ? root + path : $"{root}.{path}";
}
