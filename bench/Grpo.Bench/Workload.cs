namespace Grpo.Bench;

/// <summary>16 different questions, 16 completions each: one GRPO step of a small trainer.</summary>
public static class Workload
{
    /// <summary>Prompts of one request.</summary>
    public const int Prompts = 16;

    /// <summary>Completions per prompt.</summary>
    public const int GroupSize = 16;

    /// <summary>The questions of one run; different in every run, so that no prompt is read from a cache.</summary>
    public static IEnumerable<string> Questions(int run) =>
        Enumerable.Range(0, Prompts).Select(i => $"What is {11 + ((7 * i) + (13 * run)) % 80} + {12 + ((5 * i) + (3 * run)) % 70}?");
}
