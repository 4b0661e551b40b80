using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>What filters sort, group and select elements by.</summary>
internal static class ItemKey
{
    /// <summary>Reads an attribute as written in a template: <c>a.b.0</c> goes from element to element.</summary>
    /// <param name="path">The attribute, null or None for the element itself.</param>
    /// <param name="missing">The value where the attribute is undefined, null to keep that.</param>
    public static Func<object, object> Attribute(object? path, object? missing = null)
    {
        object[] parts = path switch
        {
            null or None => [],
            string or Markup => [.. Repr.Text(path).Split('.').Select(PartOf)],
            _ => [path],
        };
        return item => parts.Aggregate(item, (value, part) => Member.Item(value, part) is var found && found is Undefined && missing is not (null or None) ? missing : found);
    }

    /// <summary>The key elements are compared by: the attribute, texts in lower case unless case counts.</summary>
    public static Func<object, object> Comparing(object? path, bool caseSensitive)
    {
        var attribute = Attribute(path);
        return item => Folded(attribute(item), caseSensitive);
    }

    /// <summary>As <see cref="Comparing"/>, with several attributes when there are commas between them.</summary>
    public static Func<object, object> ComparingMany(object? path, bool caseSensitive)
    {
        if (path is not string text || !text.Contains(',')) return Comparing(path, caseSensitive);
        var keys = text.Split(',').Select(part => Comparing(part, caseSensitive)).ToArray();
        return item => new PyList([.. keys.Select(key => key(item))]);
    }

    /// <summary>A text in lower case unless case counts; anything else as it is.</summary>
    public static object Folded(object value, bool caseSensitive) =>
        !caseSensitive && (value is string or Markup) ? Repr.Text(value).ToLowerInvariant() : value;

    private static object PartOf(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) ? BigInteger.Parse(part) : part;
}
