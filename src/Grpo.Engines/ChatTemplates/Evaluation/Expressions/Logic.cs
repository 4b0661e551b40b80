using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Expressions;

/// <summary><c>a and b</c>: the first operand that is false, else the last.</summary>
internal sealed class And(int line, Expression left, Expression right) : Expression(line)
{
    protected override object Value(Scope scope) => left.Evaluate(scope) is var value && Truth.Of(value) ? right.Evaluate(scope) : value;
}

/// <summary><c>a or b</c>: the first operand that is true, else the last.</summary>
internal sealed class Or(int line, Expression left, Expression right) : Expression(line)
{
    protected override object Value(Scope scope) => left.Evaluate(scope) is var value && Truth.Of(value) ? value : right.Evaluate(scope);
}

/// <summary><c>not a</c>.</summary>
internal sealed class Not(int line, Expression operand) : Expression(line)
{
    protected override object Value(Scope scope) => !Truth.Of(operand.Evaluate(scope));
}

/// <summary><c>a if test else b</c>; without else the value is undefined when the test fails.</summary>
internal sealed class Conditional(int line, Expression test, Expression then, Expression? otherwise) : Expression(line)
{
    protected override object Value(Scope scope)
    {
        if (Truth.Of(test.Evaluate(scope))) return then.Evaluate(scope);
        return otherwise?.Evaluate(scope)
            ?? new Undefined($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}

/// <summary><c>a &lt; b &lt;= c</c>: every neighbouring pair is compared, each operand evaluated once.</summary>
internal sealed class Comparison(int line, Expression first, IReadOnlyList<(string Sign, Expression Operand)> rest) : Expression(line)
{
    protected override object Value(Scope scope)
    {
        var left = first.Evaluate(scope);
        foreach (var (sign, operand) in rest)
        {
            var right = operand.Evaluate(scope);
            if (!Holds(sign, left, right)) return false;
            left = right;
        }

        return true;
    }

    /// <summary>Whether a comparison of two values holds.</summary>
    /// <exception cref="TemplateError">They cannot be compared that way.</exception>
    public static bool Holds(string sign, object left, object right) => sign switch
    {
        "==" => PyEquality.Same(left, right),
        "!=" => !PyEquality.Same(left, right),
        "in" => Sequence.Contains(right, left),
        "not in" => !Sequence.Contains(right, left),
        "<" => PyOrder.Compare(left, right, sign) < 0,
        "<=" => PyOrder.Compare(left, right, sign) <= 0,
        ">" => PyOrder.Compare(left, right, sign) > 0,
        _ => PyOrder.Compare(left, right, sign) >= 0,
    };
}
