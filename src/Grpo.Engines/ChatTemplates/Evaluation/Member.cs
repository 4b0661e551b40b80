using System.Numerics;
using Grpo.Engines.ChatTemplates.Builtins;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>Attributes and elements: <c>a.b</c> asks for the attribute first, <c>a['b']</c> for the element; either is undefined when both are missing.</summary>
internal static class Member
{
    /// <summary>The value of <c>owner.name</c>.</summary>
    /// <exception cref="TemplateError">The owner is undefined.</exception>
    public static object Attribute(object owner, string name) =>
        owner is Undefined missing ? throw missing.Used() : Own(owner, name) ?? Element(owner, name) ?? Undefined.Member(owner, name);

    /// <summary>The value of <c>owner[key]</c>.</summary>
    /// <exception cref="TemplateError">The owner is undefined.</exception>
    public static object Item(object owner, object key) =>
        owner is Undefined missing ? throw missing.Used() : Element(owner, key) ?? (key is string name ? Own(owner, name) : null) ?? Undefined.Member(owner, key);

    private static object? Own(object owner, string name)
    {
        if (name.StartsWith('_')) return null;
        if (owner is IMembers members) return members.Member(name);
        if (owner is PyNamespace space) return space.Attributes.GetValueOrDefault(name);
        if (owner is PyTuple tuple && tuple.Named(name) is { } named) return named;
        if (Methods.Find(owner, name) is { } method) return new Callable(name, (state, arguments) => method.Invoke(state, owner, arguments));
        return Methods.ChangesItsObject(owner, name)
            ? new Undefined($"access to attribute '{name}' of '{TypeName.Of(owner)}' object is unsafe.")
            : null;
    }

    private static object? Element(object owner, object key)
    {
        if (owner is PyDict dict) return key is PyList or PyDict or PyView ? null : dict.Find(key);
        if (owner is not (string or Markup or PyList or PyTuple or PyRange) || Number.Integer(key) is not { } number) return null;
        var count = Sequence.Length(owner)!.Value;
        var index = number.Sign < 0 ? number + count : number;
        return index.Sign < 0 || index >= count ? null : At(owner, (int)index);
    }

    private static object At(object owner, int index) => owner switch
    {
        string text => CodePoints.At(text, index),
        Markup markup => new Markup(CodePoints.At(markup.Text, index)),
        PyTuple tuple => tuple.Items[index],
        PyRange range => new BigInteger(range.Start + (index * range.Step)),
        _ => ((PyList)owner).Items[index],
    };
}
