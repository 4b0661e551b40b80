using Grpo.Losses.Terms;

namespace Grpo.Losses;

/// <summary>The sums over the tokens of one sequence.</summary>
internal record struct SequenceSums
{
    /// <summary>Tokens in the loss.</summary>
    public int Tokens { get; init; }

    /// <summary>Sum of weight times the negative policy term.</summary>
    public double PolicyLoss { get; private set; }

    /// <summary>Sum of weight times beta times the divergence.</summary>
    public double KlLoss { get; private set; }

    /// <summary>Sum of the divergences.</summary>
    public double Kl { get; private set; }

    /// <summary>Sum of the finite ratios.</summary>
    public double Ratio { get; set; }

    /// <summary>Sum of r - 1 - log r, the divergence of the update from the old policy, over the finite ratios.</summary>
    public double ApproxKl { get; set; }

    /// <summary>Sum of the rollout weights.</summary>
    public double RolloutWeight { get; private set; }

    /// <summary>Tokens clipped below.</summary>
    public int ClippedLow { get; private set; }

    /// <summary>Tokens clipped above.</summary>
    public int ClippedHigh { get; private set; }

    /// <summary>Tokens left out of the gradient because a number overflowed.</summary>
    public int Nonfinite { get; set; }

    /// <summary>Adds what one token contributes to the loss.</summary>
    public void Add(in TokenTerms terms, double rolloutWeight, double kl, double weight, double beta)
    {
        PolicyLoss -= weight * rolloutWeight * terms.MinTerm;
        RolloutWeight += rolloutWeight;
        KlLoss += weight * beta * kl;
        Kl += kl;
        if (terms.Clip == TokenClip.Low) ClippedLow++;
        else if (terms.Clip == TokenClip.High) ClippedHigh++;
    }
}
