namespace Grpo.Rewards.Math;

/// <summary>An answer as it was understood.</summary>
public sealed record MathReading
{
    /// <summary>The tidied text.</summary>
    public required string Text { get; init; }

    /// <summary>Words alone, in lower case, without what sets them: how answers are compared that are no mathematics.</summary>
    public string Words => Plain(Text);

    /// <summary>The answer as mathematics; null when it is words.</summary>
    public Expr? Expression { get; init; }

    /// <summary>The exact value when the answer is a rational number.</summary>
    public BigRational? Value { get; init; }

    /// <summary>How the answer was read, for people.</summary>
    public string Canonical => Value?.ToString() ?? Text;

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">What was extracted from a completion, or a reference answer.</param>
    /// <exception cref="MathBudgetException">The answer is beyond <see cref="MathBudget"/>.</exception>
    public static MathReading Of(string answer)
    {
        if (answer.Length > MathBudget.CandidateLength)
            throw new MathBudgetException($"the answer has more than {MathBudget.CandidateLength} characters");
        var text = MathText.Normalize(answer);
        var expression = MathParser.Parse(text, out var rest);
        if (expression is not null && !rest.IsEmpty && !(IsQuantity(expression) && MathWords.IsUnit(rest)))
            expression = null;
        return expression is null or Expr.Words
            ? new() { Text = Plain((expression as Expr.Words)?.Value ?? text) }
            : new() { Text = text, Expression = expression, Value = ExactValue.Of(WithoutUnit(expression)) };
    }

    /// <summary>Words alone: lower case, single spaces, without the commands and brackets that set them.</summary>
    private static string Plain(string text)
    {
        foreach (var wrapper in MathWords.TextWrappers)
            text = text.Replace($@"\{wrapper}{{", "{", StringComparison.Ordinal);
        var words = text.Split([' ', '{', '}'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).Trim('.', '(', ')', '"', '\'', '*', '_', ' ').ToLowerInvariant();
    }

    /// <summary>Whether words after the expression can be its unit: it has a value of its own.</summary>
    private static bool IsQuantity(Expr expression) => expression switch
    {
        Expr.Number => true,
        Expr.Symbol symbol => symbol.Name == "pi",
        Expr.Operation operation => IsQuantity(operation.Left) && IsQuantity(operation.Right),
        Expr.Function function => function.Arguments.All(IsQuantity),
        Expr.Relation relation => IsQuantity(relation.Sides[^1]),
        _ => false,
    };

    /// <summary><c>5 m</c> reads as a product; where a number is wanted it is 5.</summary>
    internal static Expr WithoutUnit(Expr expression) =>
        expression is Expr.Operation('*', var quantity, Expr.Symbol { Name.Length: 1 } symbol) && IsQuantity(quantity) && MathWords.IsUnit(symbol.Name) ? quantity : expression;
}
