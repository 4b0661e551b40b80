using System.Text;
using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's order: numbers by value, text by code points, lists and tuples by their first difference.</summary>
internal static class PyOrder
{
    /// <summary>Below 0 when left comes first, 0 when neither does, null when a NaN is compared.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    /// <param name="sign">The operator, for the message.</param>
    /// <exception cref="TemplateError">The types have no order.</exception>
    public static int? Compare(object left, object right, string sign)
    {
        Work.Step();
        if (left is Undefined a) throw a.Used();
        if (right is Undefined b) throw b.Used();
        return (left, right) switch
        {
            (string or Markup, string or Markup) => Texts(Repr.Text(left), Repr.Text(right)),
            (PyList x, PyList y) => Items(x.Items, y.Items, sign),
            (PyTuple x, PyTuple y) => Items(x.Items, y.Items, sign),
            _ when Number.Is(left) && Number.Is(right) => Number.Compare(left, right),
            _ => throw new TemplateError($"'{sign}' not supported between instances of '{TypeName.Of(left)}' and '{TypeName.Of(right)}'"),
        };
    }

    /// <summary>Order of sort(): stable sorts compare with "less than" alone.</summary>
    public static Comparer<object> Sorting { get; } = Comparer<object>.Create((left, right) => Compare(left, right, "<") ?? 0);

    private static int? Items(IReadOnlyList<object> left, IReadOnlyList<object> right, string sign)
    {
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!PyEquality.Same(left[i], right[i])) return Compare(left[i], right[i], sign);
        }

        return left.Count.CompareTo(right.Count);
    }

    private static int Texts(string left, string right)
    {
        Work.Read(Math.Min(left.Length, right.Length));
        var at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length) return left.Length.CompareTo(right.Length);
        if (at > 0 && char.IsHighSurrogate(left[at - 1])) at--;
        return CodePoint(left, at).CompareTo(CodePoint(right, at));
    }

    private static int CodePoint(string text, int at) =>
        Rune.TryGetRuneAt(text, at, out var rune) ? rune.Value : text[at];
}
