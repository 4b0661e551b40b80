namespace Grpo.Rewards.Math;

/// <summary>Counts the steps that one comparison has taken on this thread; a count, so that the verdict never depends on the machine.</summary>
internal static class MathWork
{
    /// <summary>Steps of one comparison; the slowest kinds take some ten milliseconds for so many.</summary>
    public const int Limit = 32_768;

    [ThreadStatic]
    private static int _left;

    /// <summary>A comparison begins.</summary>
    public static void Start() => _left = Limit;

    /// <summary>Spends steps before they are taken.</summary>
    /// <exception cref="MathBudgetException">The comparison has used up its steps.</exception>
    public static void Charge(int steps)
    {
        if (steps > _left)
            throw new MathBudgetException($"the comparison needs more than {Limit} steps");
        _left -= steps;
    }
}
