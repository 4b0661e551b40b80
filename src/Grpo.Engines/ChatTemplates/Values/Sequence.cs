using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>What can be iterated, and how many elements it has.</summary>
internal static class Sequence
{
    /// <summary>The elements of an iterable, null of anything else. A text has its code points, a dict its keys.</summary>
    public static IEnumerable<object>? TryIterate(object value)
    {
        if (value is not (string or Markup)) Work.Read(Length(value) ?? 0);
        return ElementsOf(value);
    }

    private static IEnumerable<object>? ElementsOf(object value) => value switch
    {
        PyList list => list.Items,
        PyTuple tuple => tuple.Items,
        PyView view => view.Items,
        PyDict dict => dict.Keys,
        PyRange range => range.Items,
        PyGenerator generator => generator.Rest(),
        string text => CodePoints.Each(text),
        Markup markup => CodePoints.Each(markup.Text).Select(object (point) => new Markup(point)),
        Undefined => [],
        _ => null,
    };

    /// <summary>The elements of an iterable.</summary>
    /// <exception cref="TemplateError">It is none.</exception>
    public static IEnumerable<object> Iterate(object value) =>
        TryIterate(value) ?? throw new TemplateError($"'{TypeName.Of(value)}' object is not iterable");

    /// <summary>The elements as a list.</summary>
    /// <exception cref="TemplateError">It is not iterable.</exception>
    public static IReadOnlyList<object> ToList(object value) =>
        Iterate(value) is var elements && elements is IReadOnlyList<object> list ? list : [.. elements];

    /// <summary>Python's len(), null of what has none.</summary>
    public static long? Length(object value) => value switch
    {
        string text => CodePoints.Count(text),
        Markup markup => CodePoints.Count(markup.Text),
        PyList list => list.Items.Count,
        PyTuple tuple => tuple.Items.Count,
        PyView view => view.Items.Count,
        PyDict dict => dict.Count,
        PyRange range => range.Count,
        Undefined => 0,
        _ => null,
    };

    /// <summary>Python's <c>item in container</c>.</summary>
    /// <exception cref="TemplateError">The container is none, or holds text and is asked for something else.</exception>
    public static bool Contains(object container, object item)
    {
        switch (container)
        {
            case string or Markup when item is string or Markup:
                var (text, sought) = (Repr.Text(container), Repr.Text(item));
                Work.Search(text, sought);
                return text.Contains(sought, StringComparison.Ordinal);
            case string or Markup:
                throw new TemplateError($"'in <string>' requires string as left operand, not {TypeName.Of(item)}");
            case PyDict dict:
                return dict.Find(item) is not null;
            default:
                var elements = TryIterate(container) ?? throw new TemplateError($"argument of type '{TypeName.Of(container)}' is not iterable");
                return elements.Any(element => ReferenceEquals(element, item) || PyEquality.Same(element, item));
        }
    }

    /// <summary>A number of elements as a value.</summary>
    public static object Count(long count) => new BigInteger(count);
}
