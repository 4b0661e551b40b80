using Grpo.Engines.Weights;
using Grpo.Losses;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;

namespace GrpoApi.Features.Loss;

/// <summary>The tensors, checked against the shape of the log-probabilities.</summary>
internal sealed class LossTensorBatch
{
    private const string Mask = "mask";
    private const string Advantages = "advantages";
    private const string Rewards = "rewards";

    private static readonly string[] PerToken =
        ["logprobs", "old_logprobs", "ref_logprobs", "rollout_logprobs", "rollout_is_weights", "entropies", "values", "old_values", "returns"];

    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, TensorEntry> _perToken;
    private readonly TensorEntry? _mask;
    private readonly TensorEntry? _advantages;
    private readonly TensorEntry? _rewards;

    /// <summary>Checks the tensors of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="count">Sequences, N.</param>
    /// <param name="width">Tokens of each, padding included, T.</param>
    /// <exception cref="SafetensorsException">A tensor is not of the type or shape needed.</exception>
    public LossTensorBatch(SafetensorsFile file, long count, long width)
    {
        var header = file.Header;
        _file = file;
        _perToken = PerToken.Select(header.Find).OfType<TensorEntry>().ToDictionary(tensor => tensor.Name, tensor => tensor.RequireFloats().RequireShape(count, width));
        _mask = header.Find(Mask)?.RequireShape(count, width);
        if (_mask is { Dtype: not (SafetensorsDtype.U8 or SafetensorsDtype.Bool) }) throw new SafetensorsException(Mask, $"Must be U8, not {_mask.Dtype.NameOf()}.");
        _advantages = header.Find(Advantages)?.RequireFloats();
        _ = _advantages?.Shape.Count == 1 ? _advantages.RequireShape(count) : _advantages?.RequireShape(count, width);
        _rewards = header.Find(Rewards)?.RequireFloats().RequireShape(count);
        Count = (int)count;
    }

    /// <summary>The tensors that are known.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. PerToken, Mask, Advantages, Rewards];

    /// <summary>Sequences, N.</summary>
    public int Count { get; }

    /// <summary>One row.</summary>
    /// <exception cref="FluentValidation.ValidationException">A value under a 1 of the mask is not finite.</exception>
    public SequenceLogprobs Sequence(int row)
    {
        var mask = _mask is null ? (ReadOnlyMemory<byte>?)null : _file.MaskRow(_mask, row);
        return new()
        {
            Logprobs = Values("logprobs", row, mask),
            OldLogprobs = Values("old_logprobs", row, mask),
            RefLogprobs = Values("ref_logprobs", row, mask),
            RolloutLogprobs = Values("rollout_logprobs", row, mask),
            RolloutIsWeights = Values("rollout_is_weights", row, mask),
            Entropies = Values("entropies", row, mask),
            Values = Values("values", row, mask),
            OldValues = Values("old_values", row, mask),
            Returns = Values("returns", row, mask),
            Mask = mask,
            Reward = _rewards is null ? null : Finite(_file.Row(_rewards, row), mask: null, _ => $"sequences[{row}].reward")[0],
            Advantage = _advantages?.Shape.Count == 1 ? Finite(_file.Row(_advantages, row), mask: null, _ => $"sequences[{row}].advantage")[0] : null,
            Advantages = _advantages?.Shape.Count == 2 ? Finite(_file.Row(_advantages, row), mask, token => $"sequences[{row}].{Advantages}[{token}]") : null,
        };
    }

    private RealVector? Values(string name, int row, ReadOnlyMemory<byte>? mask) =>
        _perToken.TryGetValue(name, out var tensor) ? Finite(_file.Row(tensor, row), mask, token => $"sequences[{row}].{name}[{token}]") : null;

    /// <summary>Padding may hold anything, also NaN; what is in the loss must be finite, as in JSON.</summary>
    private static RealVector Finite(RealVector values, ReadOnlyMemory<byte>? mask, Func<int, string> path)
    {
        if (values.IsFinite()) return values;
        var cleared = values.ToArray();
        for (var t = 0; t < cleared.Length; t++)
        {
            if (double.IsFinite(cleared[t])) continue;
            cleared[t] = mask is { } included && included.Span[t] == 0 ? 0 : throw RequestValidation.Invalid(path(t), "Must be a finite number.");
        }

        return values.IsSingle ? Array.ConvertAll(cleared, value => (float)value) : cleared;
    }
}
