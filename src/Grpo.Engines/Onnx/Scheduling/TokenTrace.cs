using Grpo.Engines.Onnx.Sampling;

namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>The tokens of one completion with their log-probabilities. The arrays grow by doubling, so a token costs no allocation of its own.</summary>
internal sealed class TokenTrace(int maxTokens, bool withEntropy)
{
    private const int FirstCapacity = 64;

    private int[] _tokenIds = new int[Math.Min(FirstCapacity, maxTokens)];
    private float[] _logprobs = new float[Math.Min(FirstCapacity, maxTokens)];
    private float[] _samplingLogprobs = new float[Math.Min(FirstCapacity, maxTokens)];
    private float[]? _entropy = withEntropy ? new float[Math.Min(FirstCapacity, maxTokens)] : null;

    /// <summary>T, the number of tokens so far.</summary>
    public int Length { get; private set; }

    /// <summary>The sampled tokens, shape (T).</summary>
    public ReadOnlySpan<int> TokenIds => _tokenIds.AsSpan(0, Length);

    /// <summary>Log-probabilities under the full distribution, shape (T).</summary>
    public ReadOnlySpan<float> Logprobs => _logprobs.AsSpan(0, Length);

    /// <summary>Log-probabilities under the distribution sampled, shape (T).</summary>
    public ReadOnlySpan<float> SamplingLogprobs => _samplingLogprobs.AsSpan(0, Length);

    /// <summary>Entropies in nats, shape (T); null when not wanted.</summary>
    public float[]? Entropy => _entropy?[..Length];

    /// <summary>Adds one token.</summary>
    public void Append(SampledToken token)
    {
        if (Length == _tokenIds.Length)
        {
            Grow();
        }

        _tokenIds[Length] = token.TokenId;
        _logprobs[Length] = token.Logprob;
        _samplingLogprobs[Length] = token.SamplingLogprob;
        if (_entropy is not null)
        {
            _entropy[Length] = token.Entropy;
        }

        Length++;
    }

    private void Grow()
    {
        Array.Resize(ref _tokenIds, 2 * Length);
        Array.Resize(ref _logprobs, 2 * Length);
        Array.Resize(ref _samplingLogprobs, 2 * Length);
        if (_entropy is not null)
        {
            Array.Resize(ref _entropy, 2 * Length);
        }
    }
}
