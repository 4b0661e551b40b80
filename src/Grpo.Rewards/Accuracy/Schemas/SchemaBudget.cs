namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>Upper bounds on what a schema and an answer may cost. They are counts, so that a score never depends on the machine.</summary>
internal static class SchemaBudget
{
    /// <summary>Schemas of one schema document, itself and all inside it.</summary>
    public const int Schemas = 4_096;

    /// <summary>Regular expressions of one schema document.</summary>
    public const int Patterns = 256;

    /// <summary>Schemas that may apply one after the other to the same value, through references and combinations.</summary>
    public const int Chain = 64;

    /// <summary>Values of one answer.</summary>
    public const int Values = 50_000;

    /// <summary>Steps of one check: a keyword, a child looked at, some characters compared.</summary>
    public const int Steps = 200_000;

    /// <summary>Schemas inside schemas while one answer is checked; the depth of values times that of chains. A thread's stack holds several times as many.</summary>
    public const int Depth = 512;
}
