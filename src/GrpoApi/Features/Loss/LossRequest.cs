using System.ComponentModel;
using System.Text.Json;

namespace GrpoApi.Features.Loss;

/// <summary>Log-probabilities and advantages of a batch of completions, and the loss wanted of them.</summary>
public sealed partial record LossRequest : LossChoices
{
    /// <summary>Whether the gradient is wanted.</summary>
    /// <example>true</example>
    [DefaultValue(true)]
    public bool Gradients { get; init; } = true;

    /// <summary>Whether every intermediate number of every token is wanted.</summary>
    /// <example>false</example>
    public bool Explain { get; init; }

    /// <summary>
    /// A trainer's own settings in the place of those above: {"trainer": "trl | verl | openrlhf | nemo_rl | slime | skyrl | prime_rl | areal | open_instruct |
    /// tinker", ...} with that trainer's parameter names. The answer is that trainer's number, gradient and metrics, and canonical says what was meant.
    /// </summary>
    /// <example>null</example>
    public IReadOnlyDictionary<string, JsonElement>? TrainerConfig { get; init; }

    /// <summary>The completions, shape (N), each of its own length.</summary>
    public required IReadOnlyList<SequenceLogprobs> Sequences { get; init; }
}
