using System.Numerics;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's slices: negative bounds count from the end, bounds outside are clamped, a negative step walks backwards.</summary>
internal static class Slice
{
    /// <summary>The part of a text, list, tuple or range; null of anything else.</summary>
    /// <param name="value">What is sliced.</param>
    /// <param name="start">First index, None for the end the walk starts at.</param>
    /// <param name="stop">Index that is not reached, None for beyond the other end.</param>
    /// <param name="step">Distance, None for 1.</param>
    /// <exception cref="TemplateError">A bound is no integer, or the step is 0.</exception>
    public static object? Of(object value, object start, object stop, object step)
    {
        var count = value is string or Markup or PyList or PyTuple or PyRange ? (int)Sequence.Length(value)! : -1;
        if (count < 0) return null;
        var stride = Bound(step) ?? 1;
        if (stride == 0) throw new TemplateError("slice step cannot be zero");
        var first = Clamp(Bound(start), stride > 0 ? 0 : count - 1, count, stride);
        var end = Clamp(Bound(stop), stride > 0 ? count : -1, count, stride);
        return value switch
        {
            string text => Text(text, first, end, stride),
            Markup markup => new Markup(Text(markup.Text, first, end, stride)),
            PyTuple tuple => new PyTuple(Items(tuple.Items, first, end, stride)),
            PyRange range => new PyList(Items(Sequence.ToList(range), first, end, stride)),
            _ => new PyList(Items(((PyList)value).Items, first, end, stride)),
        };
    }

    private static long? Bound(object value) => value switch
    {
        None => null,
        _ when Number.Integer(value) is { } number => (long)BigInteger.Clamp(number, int.MinValue, int.MaxValue),
        _ => throw new TemplateError("slice indices must be integers or None or have an __index__ method"),
    };

    private static long Clamp(long? bound, long whenMissing, int count, long stride)
    {
        if (bound is not { } index) return whenMissing;
        if (index < 0) index += count;
        return stride > 0 ? Math.Clamp(index, 0, count) : Math.Clamp(index, -1, count - 1);
    }

    private static string Text(string text, long first, long end, long stride)
    {
        if (stride == 1)
        {
            return first >= end ? "" : text[CodePoints.Position(text, (int)first)..CodePoints.Position(text, (int)end)];
        }

        return string.Concat(Items([.. CodePoints.Each(text)], first, end, stride));
    }

    private static List<T> Items<T>(IReadOnlyList<T> items, long first, long end, long stride)
    {
        var part = new List<T>();
        for (var i = first; stride > 0 ? i < end : i > end; i += stride) part.Add(items[(int)i]);
        return part;
    }
}
