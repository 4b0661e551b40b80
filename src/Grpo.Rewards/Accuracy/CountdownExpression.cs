using System.Globalization;
using System.Numerics;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy;

/// <summary>Evaluates sums of the Countdown game: whole numbers, + - * / and brackets, exactly. A sign before a bracket or a number is no operation of the game.</summary>
internal ref struct CountdownExpression
{
    private ReadOnlySpan<char> _rest;
    private int _depth;

    private CountdownExpression(ReadOnlySpan<char> text) => _rest = text;

    /// <summary>The numbers used, in order.</summary>
    public List<BigInteger> Numbers { get; } = [];

    /// <summary>The value and the numbers used; null when the text is no such sum or divides by zero.</summary>
    /// <exception cref="MathBudgetException">A number is too long.</exception>
    public static (BigRational Value, List<BigInteger> Numbers)? Evaluate(string text)
    {
        if (text.Length > MathBudget.CandidateLength)
            throw new MathBudgetException($"the answer has more than {MathBudget.CandidateLength} characters");
        var expression = new CountdownExpression(Plain(text));
        return expression.Sum() is { } value && expression.Next() == '\0' && expression._rest.IsEmpty ? (value, expression.Numbers) : null;
    }

    private static string Plain(string text) => text
        .Replace(@"\times", "*", StringComparison.Ordinal).Replace(@"\cdot", "*", StringComparison.Ordinal).Replace(@"\div", "/", StringComparison.Ordinal)
        .Replace(@"\left", "", StringComparison.Ordinal).Replace(@"\right", "", StringComparison.Ordinal)
        .Replace('×', '*').Replace('·', '*').Replace('÷', '/').Replace('−', '-').Replace('$', ' ');

    private BigRational? Sum()
    {
        var value = Product();
        while (value is { } left && Next() is '+' or '-')
        {
            var minus = Take() == '-';
            value = Product() is { } right ? (minus ? left - right : left + right) : null;
        }
        return value;
    }

    private BigRational? Product()
    {
        var value = Atom();
        while (value is { } left && Next() is '*' or '/')
        {
            var divide = Take() == '/';
            value = Atom() is { } right && !(divide && right.Sign == 0) ? (divide ? left / right : left * right) : null;
        }
        return value;
    }

    private BigRational? Atom()
    {
        if (Next() == '(')
        {
            if (++_depth > MathBudget.Nesting)
                throw new MathBudgetException($"brackets are nested more than {MathBudget.Nesting} deep");
            Take();
            var inner = Sum();
            _depth--;
            return inner is not null && Next() == ')' && Take() == ')' ? inner : null;
        }
        var length = 0;
        while (length < _rest.Length && char.IsAsciiDigit(_rest[length]))
            length++;
        if (length == 0)
            return null;
        if (length > MathBudget.DigitRun)
            throw new MathBudgetException($"a number has more than {MathBudget.DigitRun} digits");
        var number = BigInteger.Parse(_rest[..length], NumberStyles.None, CultureInfo.InvariantCulture);
        Numbers.Add(number);
        _rest = _rest[length..];
        return new BigRational(number, 1);
    }

    /// <summary>The next character that is no space; NUL at the end.</summary>
    private char Next()
    {
        _rest = _rest.TrimStart();
        return _rest.IsEmpty ? '\0' : _rest[0];
    }

    private char Take()
    {
        var taken = Next();
        _rest = _rest[1..];
        return taken;
    }
}
