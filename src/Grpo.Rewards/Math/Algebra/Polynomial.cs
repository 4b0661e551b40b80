namespace Grpo.Rewards.Math.Algebra;

/// <summary>A sum of monomials with rational coefficients, none of them 0. Two polynomials are the same sum exactly when their terms are.</summary>
internal sealed class Polynomial
{
    private const int MaxTerms = 1_024;

    private readonly Dictionary<Monomial, BigRational> _terms;

    private Polynomial(Dictionary<Monomial, BigRational> terms) => _terms = terms;

    public bool IsZero => _terms.Count == 0;

    public IReadOnlyDictionary<Monomial, BigRational> Terms => _terms;

    /// <summary>The value when there is no atom.</summary>
    public BigRational? Constant => IsZero ? 0 : _terms.Count == 1 && _terms.TryGetValue(Monomial.One, out var value) ? value : null;

    public static Polynomial Of(BigRational value) => Of(value, Monomial.One);

    public static Polynomial Of(BigRational coefficient, Monomial monomial) => new(coefficient.Sign == 0 ? [] : new() { [monomial] = coefficient });

    public static Polynomial operator +(Polynomial a, Polynomial b)
    {
        var sum = new Dictionary<Monomial, BigRational>(a._terms);
        foreach (var (monomial, coefficient) in b._terms)
            Add(sum, monomial, coefficient);
        return new(sum);
    }

    public static Polynomial operator *(Polynomial a, Polynomial b)
    {
        MathWork.Charge(a._terms.Count * b._terms.Count);
        var product = new Dictionary<Monomial, BigRational>();
        foreach (var (left, x) in a._terms)
        {
            foreach (var (right, y) in b._terms)
            {
                var (coefficient, monomial) = Monomial.Multiply(left, right);
                Add(product, monomial, x * y * coefficient);
            }
        }
        return new(product);
    }

    /// <summary>The factor c with this = c * other, or null when there is none (or either is 0).</summary>
    public BigRational? RatioTo(Polynomial other)
    {
        if (IsZero || other._terms.Count != _terms.Count)
            return null;
        BigRational? ratio = null;
        foreach (var (monomial, coefficient) in _terms)
        {
            if (!other._terms.TryGetValue(monomial, out var theirs) || (ratio is { } known && known * theirs != coefficient))
                return null;
            ratio ??= coefficient / theirs;
        }
        return ratio;
    }

    /// <summary>The terms in a fixed order.</summary>
    public override string ToString() => string.Join(" + ", _terms.Select(term => $"{term.Value}*{term.Key}").Order(StringComparer.Ordinal));

    private static void Add(Dictionary<Monomial, BigRational> sum, Monomial monomial, BigRational coefficient)
    {
        if (sum.TryGetValue(monomial, out var present))
            coefficient += present;
        if (coefficient.Sign == 0)
            sum.Remove(monomial);
        else
            sum[monomial] = coefficient;
        if (sum.Count > MaxTerms)
            throw new MathBudgetException($"a sum has more than {MaxTerms} terms");
    }
}
