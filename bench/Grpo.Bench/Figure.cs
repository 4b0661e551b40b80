namespace Grpo.Bench;

/// <summary>One measured figure: the median of several runs, with the range they spread over.</summary>
public sealed record Figure(string Name, string Unit, IReadOnlyList<double> Runs, string Target)
{
    /// <summary>The median of the runs.</summary>
    public double Median => Runs.Order().ElementAt(Runs.Count / 2);
}
