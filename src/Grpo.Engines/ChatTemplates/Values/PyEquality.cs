using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's == and hash(): True, 1 and 1.0 are one key.</summary>
internal sealed class PyEquality : IEqualityComparer<object>
{
    /// <summary>The comparer dicts use.</summary>
    public static PyEquality Comparer { get; } = new();

    /// <inheritdoc/>
    bool IEqualityComparer<object>.Equals(object? x, object? y) => Same(x!, y!);

    /// <summary>Hash of a value that may be a key.</summary>
    /// <exception cref="TemplateError">Lists and dicts cannot be keys.</exception>
    public int GetHashCode(object value)
    {
        Work.Step();
        return HashOf(value);
    }

    private int HashOf(object value) => value switch
    {
        string text => HashOf(text),
        bool flag => new BigInteger(flag ? 1 : 0).GetHashCode(),
        double number when double.IsFinite(number) && Math.Floor(number) == number => new BigInteger(number).GetHashCode(),
        Markup markup => HashOf(markup.Text),
        PyTuple tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, GetHashCode(item))),
        PyList or PyDict or PyView => throw new TemplateError($"unhashable type: '{TypeName.Of(value)}'"),
        PyRange range => range.Count.GetHashCode(),
        Undefined => 1,
        _ => value.GetHashCode(),
    };

    private static int HashOf(string text)
    {
        Work.Read(text.Length);
        return text.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>Python's ==.</summary>
    public static bool Same(object left, object right)
    {
        Work.Step();
        return (left, right) switch
        {
            (string or Markup, string or Markup) => SameText(Repr.Text(left), Repr.Text(right)),
            (PyList a, PyList b) => SameItems(a.Items, b.Items),
            (PyTuple a, PyTuple b) => SameItems(a.Items, b.Items),
            (PyRange a, PyRange b) => a == b || SameItems(a.Items, b.Items),
            (PyView a, PyView b) => a.Kind == b.Kind && a.Kind != "values" && SameItems(a.Items, b.Items),
            (PyDict a, PyDict b) => SameEntries(a, b),
            (Undefined, Undefined) => true,
            _ when Number.Is(left) && Number.Is(right) => Number.Compare(left, right) == 0,
            _ => ReferenceEquals(left, right),
        };
    }

    private static bool SameText(string left, string right)
    {
        if (left.Length != right.Length) return false;
        Work.Read(left.Length);
        return left == right;
    }

    private static bool SameItems(IReadOnlyList<object> left, IReadOnlyList<object> right)
    {
        if (left.Count != right.Count) return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!Same(left[i], right[i])) return false;
        }

        return true;
    }

    private static bool SameEntries(PyDict left, PyDict right) =>
        left.Count == right.Count && left.Entries.All(entry => right.Find(entry.Key) is { } other && Same(entry.Value, other));
}
