namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's None. Values of a template are objects, never null: None, bool, BigInteger, double, string, Markup, and the types of this folder.</summary>
internal sealed class None
{
    private None()
    {
    }

    /// <summary>The only one.</summary>
    public static None Value { get; } = new();
}
