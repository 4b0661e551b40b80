using Grpo.Engines.ChatTemplates.Builtins;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Expressions;

/// <summary><c>-a</c> and <c>+a</c>.</summary>
internal sealed class Sign(int line, bool negative, Expression operand) : Expression(line)
{
    protected override object Value(Scope scope) => operand.Evaluate(scope) switch
    {
        Undefined missing => throw missing.Used(),
        double number => negative ? -number : number,
        var value when Number.Integer(value) is { } number => negative ? -number : number,
        var value => throw new TemplateError($"bad operand type for unary {(negative ? '-' : '+')}: '{TypeName.Of(value)}'"),
    };
}

/// <summary><c>a ~ b</c>: the operands as text, one after the other.</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> operands) : Expression(line)
{
    protected override object Value(Scope scope)
    {
        var texts = operands.Select(operand => Repr.Text(operand.Evaluate(scope))).ToArray();
        scope.State.Room(texts.Sum(text => (long)text.Length));
        return string.Concat(texts);
    }
}

/// <summary>An operator of arithmetic, which joins and repeats text and lists as well.</summary>
/// <param name="line">Its line.</param>
/// <param name="sign">One of + - * / // % **.</param>
/// <param name="left">Left operand.</param>
/// <param name="right">Right operand.</param>
internal sealed class BinaryOperator(int line, string sign, Expression left, Expression right) : Expression(line)
{
    protected override object Value(Scope scope) => Apply(scope.State, sign, left.Evaluate(scope), right.Evaluate(scope));

    /// <summary>The result of an operator on two values.</summary>
    /// <exception cref="TemplateError">The types do not go together, or the result is too large.</exception>
    public static object Apply(RenderState state, string sign, object left, object right)
    {
        if (left is Undefined a) throw a.Used();
        if (sign == "%" && (left is string or Markup)) return PercentFormat.Apply(state, left, right);
        if (right is Undefined b) throw b.Used();
        if (Number.Is(left) && Number.Is(right)) return Arithmetic.Apply(sign, left, right);
        return sign switch
        {
            "+" => Join(state, left, right),
            "*" when Number.Clamped(right) is { } count => Repeat(state, left, count) ?? throw Mismatch(sign, left, right),
            "*" when Number.Clamped(left) is { } count => Repeat(state, right, count) ?? throw Mismatch(sign, left, right),
            _ => throw Mismatch(sign, left, right),
        };
    }

    private static object Join(RenderState state, object left, object right)
    {
        switch (left, right)
        {
            case (string a, string b):
                state.Room((long)a.Length + b.Length);
                return a + b;
            case (string or Markup, string or Markup):
                return state.Made(new Markup(Escaping.Escape(left) + Escaping.Escape(right)));
            case (PyList a, PyList b):
                return state.Made(new PyList([.. a.Items, .. b.Items]));
            case (PyTuple a, PyTuple b):
                return new PyTuple([.. a.Items, .. b.Items]);
            case (string, _):
                throw new TemplateError($"can only concatenate str (not \"{TypeName.Of(right)}\") to str");
            case (PyList, _):
                throw new TemplateError($"can only concatenate list (not \"{TypeName.Of(right)}\") to list");
            default:
                throw Mismatch("+", left, right);
        }
    }

    private static object? Repeat(RenderState state, object value, int count)
    {
        count = Math.Max(count, 0);
        switch (value)
        {
            case string or Markup:
                var text = Repr.Text(value);
                state.Room((long)text.Length * count);
                var repeated = string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : count));
                return value is Markup ? new Markup(repeated) : repeated;
            case PyList list:
                return new PyList(Elements(list.Items, count));
            case PyTuple tuple:
                return new PyTuple(Elements(tuple.Items, count));
            default:
                return null;
        }
    }

    private static object[] Elements(IReadOnlyList<object> items, int count)
    {
        if ((long)items.Count * count > TemplateLimits.Elements) throw new TemplateError($"a list is longer than {TemplateLimits.Elements} elements");
        return [.. Enumerable.Repeat(items, items.Count == 0 ? 0 : count).SelectMany(pass => pass)];
    }

    private static TemplateError Mismatch(string sign, object left, object right) =>
        new($"unsupported operand type(s) for {sign}: '{TypeName.Of(left)}' and '{TypeName.Of(right)}'");
}
