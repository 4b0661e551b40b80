namespace Grpo.Rewards;

/// <summary>The parameters of a reward that has none.</summary>
public sealed record NoParams;
