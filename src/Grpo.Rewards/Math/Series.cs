namespace Grpo.Rewards.Math;

/// <summary>Sums and products with bounds.</summary>
internal static class Series
{
    private const int MostTerms = 2_000;

    /// <summary>The terms of <c>\sum_{k=a}^{b}</c> or <c>\prod</c>; null when the bounds are no numbers, or too far apart.</summary>
    public static IEnumerable<Expr>? Terms(Expr.Function series)
    {
        if (series.Arguments is not [var body, Expr.Symbol variable, var from, var to] || ExactValue.Of(from) is not { IsInteger: true } first || ExactValue.Of(to) is not { IsInteger: true } last)
            return null;
        if (last - first >= MostTerms)
            return null;
        return Enumerable.Range(0, int.Max(0, (int)(last - first).Numerator + 1)).Select(i => Substitution.Replace(body, variable.Name, new Expr.Number(first + i)));
    }
}
