using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Grpo;

/// <summary>The named variants of one choice, such as the loss types: the single place where a name becomes an implementation.</summary>
/// <typeparam name="T">What a name stands for.</typeparam>
public sealed class NamedChoices<T>
    where T : class
{
    private readonly FrozenDictionary<string, T> _byName;

    /// <summary>Collects the variants; their order is the order of <see cref="Names"/>.</summary>
    /// <param name="what">The choice in words, for messages.</param>
    /// <param name="nameOf">The name of a variant.</param>
    /// <param name="variants">Every variant, each with a name of its own.</param>
    public NamedChoices(string what, Func<T, string> nameOf, params IReadOnlyList<T> variants)
    {
        What = what;
        Names = [.. variants.Select(nameOf)];
        _byName = variants.ToFrozenDictionary(nameOf);
    }

    /// <summary>The choice in words.</summary>
    public string What { get; }

    /// <summary>Every supported name.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The supported names as one readable list.</summary>
    public string Listing => string.Join(", ", Names);

    /// <summary>The variant of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists what there is.</exception>
    public T this[string name] =>
        TryGet(name, out var variant) ? variant : throw new ArgumentException($"'{name}' is no {What}. Supported: {Listing}.", nameof(name));

    /// <summary>Whether a variant has that name.</summary>
    public bool TryGet(string? name, [NotNullWhen(true)] out T? variant)
    {
        variant = null;
        return name is not null && _byName.TryGetValue(name, out variant);
    }
}
