using GrpoApi.Features.Trainers;
using GrpoApi.Http;

namespace GrpoApi.Features.Loss.Trainers;

/// <summary>prime-rl: default_loss_fn, ipo_loss_fn and ref_kl_loss_fn, anchored on the sampler, with a quadratic pull back to it.</summary>
internal static class PrimeRlDialect
{
    public static LossDialect Loss { get; } = new()
    {
        Trainer = "prime_rl",
        Parameters = ["loss_type", "rl_scale", "dppo_mask_low", "dppo_mask_high", "ipo_threshold", "adv_tau", "kl_tau"],
        Translate = Translate,
        SequenceMetrics = SequenceMetrics,
    };

    private static LossRequest Translate(TrainerSettings settings, LossRequest request)
    {
        var type = settings.Choice("loss_type", "default", "default", "ipo", "ref_kl", "ce");
        var scaled = request with { Aggregation = "token-mean", Normalizer = new() { NumItemsInBatch = settings.Number("rl_scale") } };
        if (type == "ce") return scaled with { LossType = "cross_entropy" };
        var tau = settings.Number("adv_tau", 1);
        if (type == "ref_kl") NeedReference(request);
        return scaled with
        {
            LossType = type == "default" ? "tv_mask" : "tv_mask_both_sides",
            Epsilon = type == "ipo" ? settings.Number("ipo_threshold", 0.1) : settings.Number("dppo_mask_low", 0.2),
            // A probability cannot move by more than 1: ref_kl has no bound above.
            EpsilonHigh = type switch { "ipo" => settings.Number("ipo_threshold", 0.1), "ref_kl" => 1, _ => settings.Number("dppo_mask_high", 0.2) },
            Beta = 2 * settings.Number("kl_tau", 1e-3),
            KlEstimator = "k2",
            Sequences = [.. request.Sequences.Select(sequence => (type == "ref_kl" ? Distilled(sequence) : Scaled(sequence, tau)) with
            {
                OldLogprobs = sequence.RolloutLogprobs ?? sequence.OldLogprobs,
                RefLogprobs = sequence.RolloutLogprobs ?? sequence.OldLogprobs ?? sequence.Logprobs,
            })],
        };
    }

    /// <summary>The reference becomes the advantages: what is wrong with it is told before.</summary>
    private static void NeedReference(LossRequest request)
    {
        for (var i = 0; i < request.Sequences.Count; i++)
        {
            var (length, given) = (request.Sequences[i].Length, request.Sequences[i].RefLogprobs?.Length);
            if (given != length) throw RequestValidation.Invalid($"sequences[{i}].ref_logprobs", given is null ? "Needed by ref_kl." : $"Has {given} values for {length} logprobs.");
        }
    }

    private static SequenceLogprobs Scaled(SequenceLogprobs sequence, double tau) => tau == 1 ? sequence : sequence with
    {
        Advantage = tau * sequence.Advantage,
        Advantages = sequence.Advantages?.Select(advantage => tau * advantage).ToArray(),
    };

    /// <summary>The advantage of a token is the log ratio of the reference to the policy, as a constant.</summary>
    private static SequenceLogprobs Distilled(SequenceLogprobs sequence) => sequence with
    {
        Advantage = null,
        Advantages = sequence.RefLogprobs?.Zip(sequence.Logprobs ?? [], (reference, logprob) => reference - logprob).ToArray(),
    };

    private static Dictionary<string, double?> SequenceMetrics(LossFigures figures, int index)
    {
        var tokens = figures.Tokens.Where(token => token.Sequence == index).ToArray();
        var dropped = tokens.Where(token => token.IsClipped).ToArray();
        var distilled = figures.Request.Sequences[index].RefLogprobs is not null;
        var prefix = distilled ? "ref_kl/" : "";
        var metrics = new Dictionary<string, double?>
        {
            [$"{prefix}masked_mismatch_kl"] = MeanOrZero(dropped, Mismatch),
            [$"{prefix}unmasked_mismatch_kl"] = MeanOrZero([.. tokens.Where(token => !token.IsClipped)], Mismatch),
            [$"{prefix}is_masked"] = MeanOrZero(tokens, token => token.IsClipped ? 1 : 0),
        };
        if (distilled)
        {
            metrics["ref_kl"] = MeanOrZero(tokens, token => token.Advantage);
        }
        else if (figures.Canonical.LossType == "tv_mask")
        {
            metrics["is_masked_low"] = MeanOrZero(tokens, token => token.Clip == Grpo.Losses.Terms.TokenClip.Low ? 1 : 0);
            metrics["is_masked_high"] = MeanOrZero(tokens, token => token.Clip == Grpo.Losses.Terms.TokenClip.High ? 1 : 0);
            metrics["masked_advantage_positive"] = MeanOrZero(dropped, token => token.Advantage > 0 ? 1 : 0);
            metrics["masked_advantage_negative"] = MeanOrZero(dropped, token => token.Advantage < 0 ? 1 : 0);
        }

        return metrics;
    }

    private static double Mismatch(TokenFigures token) => Math.Exp(token.Logprob - token.Rollout) - (token.Logprob - token.Rollout) - 1;

    private static double MeanOrZero(TokenFigures[] tokens, Func<TokenFigures, double> figure) => tokens.Length == 0 ? 0 : tokens.Average(figure);
}
