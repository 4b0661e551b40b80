namespace Grpo.Losses.Terms;

/// <summary>What the per-token term of one token is made of. The objective is maximised; the loss is its negative.</summary>
/// <param name="Ratio">The importance ratio, before any bound.</param>
/// <param name="ClippedRatio">The ratio clamped to the clip range.</param>
/// <param name="UnclippedTerm">Ratio times advantage, the ratio bounded by delta where there is one.</param>
/// <param name="ClippedTerm">Clipped ratio times advantage.</param>
/// <param name="MinTerm">The objective of the token before the KL penalty.</param>
/// <param name="Clip">Which bound took the gradient away.</param>
public readonly record struct TokenTerms(double Ratio, double ClippedRatio, double UnclippedTerm, double ClippedTerm, double MinTerm, TokenClip Clip);
