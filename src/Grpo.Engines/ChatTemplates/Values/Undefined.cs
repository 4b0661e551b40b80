namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>A value that is not there: prints as nothing, iterates over nothing, is false, and raises when anything else is done with it.</summary>
/// <param name="reason">The message when it is used.</param>
internal sealed class Undefined(string reason)
{
    /// <summary>The message when it is used.</summary>
    public string Reason { get; } = reason;

    /// <summary>A variable nobody set.</summary>
    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    /// <summary>An attribute or element an object does not have.</summary>
    public static Undefined Member(object owner, object key) => new(key is string name
        ? $"'{NameOf(owner)}' has no attribute '{name}'"
        : $"{NameOf(owner)} has no element {Repr.Of(key)}");

    /// <summary>The error of using it.</summary>
    public TemplateError Used() => new(Reason);

    private static string NameOf(object owner) => owner is None ? "None" : $"{TypeName.Of(owner)} object";
}
