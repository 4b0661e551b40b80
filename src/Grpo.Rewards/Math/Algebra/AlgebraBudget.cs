namespace Grpo.Rewards.Math.Algebra;

/// <summary>Counts the products of terms that one comparison has made on this thread; a count, so that the verdict never depends on the machine.</summary>
internal static class AlgebraBudget
{
    private const int Products = 32_768;

    [ThreadStatic]
    private static int _left;

    /// <summary>A comparison begins.</summary>
    public static void Start() => _left = Products;

    /// <summary>Spends work before it is done.</summary>
    /// <exception cref="MathBudgetException">The comparison has used up its work.</exception>
    public static void Charge(int products)
    {
        if (products > _left)
            throw new MathBudgetException($"the comparison needs more than {Products} products of terms");
        _left -= products;
    }
}
