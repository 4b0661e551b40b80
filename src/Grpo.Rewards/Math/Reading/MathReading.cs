namespace Grpo.Rewards.Math;

/// <summary>An answer as it was understood.</summary>
public sealed record MathReading
{
    private static readonly System.Buffers.SearchValues<char> DigitsAndComma = System.Buffers.SearchValues.Create("0123456789,");
    private IReadOnlyList<Expr>? _alternatives;

    /// <summary>The tidied text.</summary>
    public required string Text { get; init; }

    /// <summary>Words alone, without what sets them: how answers are compared that are no mathematics.</summary>
    public string Words => field ??= MathText.Words(Text);

    /// <summary>The answer as mathematics; null when it is words.</summary>
    public Expr? Expression { get; init; }

    /// <summary>The exact value when the answer is a rational number.</summary>
    public BigRational? Value { get; init; }

    /// <summary>The unit behind the number, without what sets it; empty when there is none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The other ways in which people write the same: <c>1/2x</c> as 1/(2x), <c>3,5</c> as a decimal, <c>I</c> as the imaginary unit.</summary>
    public IReadOnlyList<Expr> Alternatives => _alternatives ??= [.. OtherReadings()];

    /// <summary>How the answer was read, for people.</summary>
    public string Canonical => Value?.ToString() ?? Text;

    private bool IsAmbiguous { get; init; }

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">What was extracted from a completion, or a reference answer.</param>
    /// <exception cref="MathBudgetException">The answer is beyond <see cref="MathBudget"/>.</exception>
    public static MathReading Of(string answer)
    {
        if (answer.Length > MathBudget.CandidateLength)
            throw new MathBudgetException($"the answer has more than {MathBudget.CandidateLength} characters");
        var text = MathText.Final(MathText.Normalize(answer));
        var expression = Read(text, productFirst: false, out var isAmbiguous, out var unit);
        return expression switch
        {
            null => new() { Text = MathText.Words(text) },
            Expr.Words words => new() { Text = MathText.Words(words.Value) },
            _ => new() { Text = text, Expression = expression, Value = Quantities.Value(Quantities.IsSpaced(text) ? Quantities.WithoutUnit(expression) : expression), Unit = unit, IsAmbiguous = isAmbiguous },
        };
    }

    private static Expr? Read(string text, bool productFirst, out bool isAmbiguous, out string unit)
    {
        unit = "";
        text = AfterCurrency(text) ?? text;
        var expression = MathParser.Parse(text, productFirst, out var rest, out isAmbiguous);
        if (expression is null || rest.IsEmpty)
            return expression;
        // "$10 USD" and "USD 10", "5 cm", "10 m/s"
        if (!Quantities.Is(expression) || !MathUnits.Is(rest))
            return null;
        unit = MathText.Words(rest.ToString());
        return expression;
    }

    /// <summary>What stands after the code of a currency: <c>USD 10</c>, <c>Rs. 10</c>.</summary>
    private static string? AfterCurrency(string text)
    {
        if (text.Length < 4 || text[0] is not ('U' or 'E' or 'G' or 'C' or 'R' or 'I' or '\\'))
            return null;
        foreach (var code in (ReadOnlySpan<string>)["USD ", "EUR ", "GBP ", "CNY ", "RMB ", "INR ", "Rs. ", "Rs ", @"\text{Rs. }", @"\text{Rs.}", @"\text{USD }"])
        {
            if (text.StartsWith(code, StringComparison.Ordinal) && text.Length > code.Length && char.IsAsciiDigit(text[code.Length]))
                return text[code.Length..];
        }
        return null;
    }

    private IEnumerable<Expr> OtherReadings()
    {
        if (IsAmbiguous && Read(Text, productFirst: true, out _, out _) is { } other)
            yield return other;
        if (Expression is Expr.Compound { Open: ',', Items: [Expr.Number whole, Expr.Number decimals] } && DecimalComma(whole, decimals) is { } number)
            yield return number;
        if (Expression is not null && Text.Contains('I', StringComparison.Ordinal))
            yield return Substitution.Replace(Expression, "I", new Expr.Symbol("i"));
    }

    /// <summary><c>3,5</c> written with a decimal comma: digits on both sides and nothing else.</summary>
    private Expr.Number? DecimalComma(Expr.Number whole, Expr.Number decimals)
    {
        var comma = Text.IndexOf(',', StringComparison.Ordinal);
        var behind = Text.Length - comma - 1;
        return Text.AsSpan().Count(',') == 1 && !Text.AsSpan().ContainsAnyExcept(DigitsAndComma) && behind > 0
            ? new(whole.Value + (decimals.Value / new BigRational(10, 1).Power(behind)), behind)
            : null;
    }
}
