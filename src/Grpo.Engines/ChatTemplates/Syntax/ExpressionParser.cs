using System.Runtime.CompilerServices;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Expressions by precedence, loosest first: if-else, or, and, not, comparisons, + -, ~, * / // %, **, signs, then what follows a value.</summary>
/// <param name="tokens">The template's tokens.</param>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>The variables that were read so far in the macro being parsed.</summary>
    public HashSet<string> NamesRead { get; set; } = [];

    /// <summary>An expression; with <paramref name="conditional"/> false without a trailing if.</summary>
    /// <exception cref="TemplateError">There is none here.</exception>
    public Expression Parse(bool conditional = true)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = Or();
        while (conditional && tokens.TakeName("if"))
        {
            var line = tokens.Current.Line;
            var test = Or();
            value = new Conditional(line, test, value, tokens.TakeName("else") ? Parse() : null);
        }

        return value;
    }

    /// <summary>One expression, or several with commas between them as a tuple.</summary>
    /// <param name="conditional">Whether an element may have a trailing if.</param>
    public Expression ParseTuple(bool conditional = true)
    {
        var line = tokens.Current.Line;
        var first = Parse(conditional);
        if (!tokens.IsOperator(",")) return first;
        var items = new List<Expression> { first };
        while (tokens.TakeOperator(",") && !EndsTuple()) items.Add(Parse(conditional));
        return new TupleLiteral(line, items);
    }

    /// <summary>Filters of a block: a name, perhaps followed by further ones.</summary>
    public FilterCall ParseBlockFilters() => Postfix.Filter(null);

    private PrimaryParser Primary => field ??= new PrimaryParser(tokens, this);

    private PostfixParser Postfix => field ??= new PostfixParser(tokens, this, Primary);

    private bool EndsTuple() =>
        tokens.Current.Kind is TokenKind.BlockEnd or TokenKind.VariableEnd || tokens.IsOperator(")") || tokens.IsOperator("=") || tokens.IsName("in");

    private Expression Or()
    {
        var left = And();
        while (tokens.Current is { Line: var line } && tokens.TakeName("or")) left = new Or(line, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (tokens.Current is { Line: var line } && tokens.TakeName("and")) left = new And(line, left, Not());
        return left;
    }

    private Expression Not()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var line = tokens.Current.Line;
        return tokens.IsName("not") && !tokens.Ahead.Is(TokenKind.Name, "in") && tokens.TakeName("not") ? new Not(line, Not()) : Compare();
    }

    private Expression Compare()
    {
        var line = tokens.Current.Line;
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (ComparisonSign() is { } sign) rest.Add((sign, Sum()));
        return rest.Count == 0 ? first : new Comparison(line, first, rest);
    }

    private string? ComparisonSign()
    {
        if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Text)) return tokens.Next().Text;
        if (tokens.TakeName("in")) return "in";
        if (!tokens.IsName("not") || !tokens.Ahead.Is(TokenKind.Name, "in")) return null;
        tokens.Next();
        tokens.Next();
        return "not in";
    }

    private Expression Sum() => Chain(Concatenate, "+", "-");

    private Expression Concatenate()
    {
        var line = tokens.Current.Line;
        var first = Product();
        if (!tokens.IsOperator("~")) return first;
        var operands = new List<Expression> { first };
        while (tokens.TakeOperator("~")) operands.Add(Product());
        return new Concatenation(line, operands);
    }

    private Expression Product() => Chain(Power, "*", "/", "//", "%");

    private Expression Power() => Chain(() => Unary(filters: true), "**");

    private Expression Chain(Func<Expression> operand, params string[] signs)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && signs.Contains(tokens.Current.Text))
        {
            var sign = tokens.Next();
            left = new BinaryOperator(sign.Line, sign.Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool filters)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var line = tokens.Current.Line;
        var value = tokens.TakeOperator("-") ? new Sign(line, negative: true, Unary(filters: false))
            : tokens.TakeOperator("+") ? new Sign(line, negative: false, Unary(filters: false))
            : Primary.Parse();
        value = Postfix.Accesses(value);
        return filters ? Postfix.Filters(value) : value;
    }
}
