using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's tuple.</summary>
/// <param name="Items">Its elements.</param>
internal sealed record PyTuple(IReadOnlyList<object> Items)
{
    /// <summary>Names of its elements, where it has any.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The element of that name, null where there is none.</summary>
    public object? Named(string name) => Names.Index().FirstOrDefault(entry => entry.Item == name) is { Item: not null } entry ? Items[entry.Index] : null;
}

/// <summary>Python's list; no template can change one.</summary>
/// <param name="Items">Its elements.</param>
internal sealed record PyList(IReadOnlyList<object> Items);

/// <summary>What keys(), values() and items() of a dict give.</summary>
/// <param name="Kind">keys, values or items.</param>
/// <param name="Items">Its elements.</param>
internal sealed record PyView(string Kind, IReadOnlyList<object> Items);

/// <summary>Python's range.</summary>
/// <param name="Start">First number.</param>
/// <param name="Stop">Bound that is not reached.</param>
/// <param name="Step">Distance, not 0.</param>
internal sealed record PyRange(long Start, long Stop, long Step)
{
    /// <summary>How many numbers it has.</summary>
    public long Count => Math.Max(0, Step > 0 ? (Stop - Start + Step - 1) / Step : (Start - Stop - Step - 1) / -Step);

    /// <summary>Its numbers.</summary>
    public IReadOnlyList<object> Items => [.. Enumerable.Range(0, (int)Count).Select(index => (object)new System.Numerics.BigInteger(Start + (index * Step)))];
}

/// <summary>A generator: its elements are made when asked for, and only once.</summary>
/// <param name="source">What makes them.</param>
internal sealed class PyGenerator(IEnumerable<object> source)
{
    private readonly IEnumerator<object> _elements = source.GetEnumerator();

    /// <summary>The elements nobody has taken yet.</summary>
    public IEnumerable<object> Rest()
    {
        while (Advance()) yield return _elements.Current;
    }

    private bool Advance()
    {
        Work.Step();
        return _elements.MoveNext();
    }
}

/// <summary>Python's dict: keys in the order of their insertion, compared as Python compares.</summary>
internal sealed class PyDict
{
    private readonly OrderedDictionary<object, object> _entries = new(PyEquality.Comparer);

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Keys in order.</summary>
    public IEnumerable<object> Keys => _entries.Keys;

    /// <summary>Values in the order of their keys.</summary>
    public IEnumerable<object> Values => _entries.Values;

    /// <summary>Entries in order.</summary>
    public IEnumerable<KeyValuePair<object, object>> Entries => _entries;

    /// <summary>Sets the value of a key; a key that is there keeps its place.</summary>
    public void Set(object key, object value) => _entries[key] = value;

    /// <summary>The value of a key, null where it is missing.</summary>
    public object? Find(object key) => _entries.TryGetValue(key, out var value) ? value : null;
}

/// <summary>What namespace() makes: the one thing whose attributes a template may set.</summary>
internal sealed class PyNamespace
{
    /// <summary>Its attributes.</summary>
    public Dictionary<string, object> Attributes { get; } = [];
}

/// <summary>Text that counts as escaped; what safe and escape give.</summary>
/// <param name="Text">The text.</param>
internal sealed record Markup(string Text);
