using Grpo.Engines.Onnx.Sampling;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>A token that was drawn for a sequence.</summary>
/// <param name="Token">The token.</param>
/// <param name="Top">The most likely tokens, where they are wanted.</param>
internal readonly record struct DrawnToken(SampledToken Token, TokenLogprob[]? Top);
