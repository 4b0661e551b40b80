namespace Grpo.Rewards.Math;

/// <summary>Reads LaTeX or plain-text mathematics into an <see cref="Expr"/>, by recursive descent over the characters of a tidied answer.</summary>
/// <remarks>
/// list = relation ((',' | ';' | and | or) relation)* ; relation = union (op union)* ; union = ratio (\cup ratio)* ;
/// ratio = sum (':' sum)* ; sum = term (('+' | '-') term)* ; term = power (('*' | '/' | nothing) power)* ; power = postfix ('^' postfix)? ; postfix = atom ('!' | '%' | degree)*.
/// Lists and atoms are in the other parts of this class.
/// </remarks>
internal sealed partial class MathParser(string text)
{
    private static readonly Expr Nothing = new Expr.Words("");
    private int _at;
    private int _depth;
    private int _nodes;
    private int _brackets; // inside ( ) [ ] and \{ \}: a comma separates
    private bool _failed;

    /// <summary>Reads as much as forms one expression from the start of a tidied answer.</summary>
    /// <param name="text">A text that <see cref="MathText.Normalize"/> made.</param>
    /// <param name="rest">What follows the expression; empty when all was read.</param>
    /// <returns>The expression, or null when the text does not start with one.</returns>
    /// <exception cref="MathBudgetException">The answer is too deep, too large, or holds too large a number.</exception>
    public static Expr? Parse(string text, out ReadOnlySpan<char> rest)
    {
        var parser = new MathParser(text);
        var expr = parser.List();
        parser.SkipSpaces();
        rest = text.AsSpan(parser._at);
        return parser._failed ? null : expr;
    }

    private Expr Relation()
    {
        var first = Union();
        if (RelationOperator() is not { } op)
            return first;
        List<Expr> sides = [first];
        List<string> operators = [];
        for (; op is not null && !_failed; op = RelationOperator())
        {
            operators.Add(op);
            sides.Add(Union());
        }
        return Node(new Expr.Relation(sides, operators));
    }

    private string? RelationOperator() => Peek() switch
    {
        '=' => Take("==") || Take("=") ? "=" : null,
        '<' => Take("<=") ? "<=" : Take("<") ? "<" : null,
        '>' => Take(">=") ? ">=" : Take(">") ? ">" : null,
        ':' => Take(":=") ? "=" : null,
        '!' => Take("!=") ? "!=" : null,
        '\\' => TakeCommand("le") ? "<=" : TakeCommand("ge") ? ">=" : TakeCommand("lt") ? "<" : TakeCommand("gt") ? ">" : TakeCommand("ne") ? "!="
            : TakeCommand("in") ? "in" : TakeCommand("approx") ? "~" : TakeCommand("equiv") ? "=" : null,
        _ => null,
    };

    private Expr Union()
    {
        var first = Ratio();
        if (!IsCommand("cup"))
            return first;
        List<Expr> parts = [first];
        while (!_failed && TakeCommand("cup"))
            parts.Add(Ratio());
        return Node(new Expr.Compound('u', parts, 'u'));
    }

    private Expr Ratio()
    {
        var first = Sum();
        if (Peek() != ':' || Peek(1) == '=')
            return first;
        List<Expr> parts = [first];
        while (!_failed && Take(":"))
            parts.Add(Sum());
        return Node(new Expr.Compound(':', parts, ':'));
    }

    private Expr Sum()
    {
        var sum = Term();
        while (!_failed)
        {
            if (Take("+"))
                sum = Node(new Expr.Operation('+', sum, Term()));
            else if (Take("-"))
                sum = Node(new Expr.Operation('-', sum, Term()));
            else if (TakeCommand("pm"))
                sum = Node(new Expr.Function("plus_minus", [sum, Term()]));
            else
                break;
        }
        return sum;
    }

    private Expr Term()
    {
        if (!Enter())
            return Nothing;
        var product = Signed();
        while (!_failed)
        {
            if (Peek() == '*' && Peek(1) != '*' && Take("*"))
                product = Node(new Expr.Operation('*', product, Signed()));
            else if (Take("/"))
                product = Node(new Expr.Operation('/', product, Signed()));
            else if (TakeMixedFraction(product) is { } mixed)
                product = mixed;
            else if (StartsFactor())
                product = Node(new Expr.Operation('*', product, Power()));
            else
                break;
        }
        _depth--;
        return product;
    }

    private Expr Signed()
    {
        var negative = false;
        while (Peek() is '-' or '+')
            negative ^= text[_at++] == '-';
        if (TakeCommand("pm"))
            return Node(new Expr.Function("plus_minus", [new Expr.Number(0), Power()]));
        var power = Power();
        return negative ? Node(new Expr.Operation('-', new Expr.Number(0), power)) : power;
    }

    private Expr Power()
    {
        var operand = Postfix();
        while (!_failed && (Peek() == '^' || (Peek() == '*' && Peek(1) == '*')))
        {
            if (TakeDegree())
            {
                operand = Node(new Expr.Function("degree", [operand]));
                continue;
            }
            if (!Take("**"))
                _at++;
            if (!Enter())
                return Nothing;
            // Right associative: the exponent is itself a signed power.
            var exponent = Peek() == '{' ? Postfix() : Signed();
            _depth--;
            operand = Node(new Expr.Operation('^', operand, exponent));
        }
        return operand;
    }

    private Expr Postfix()
    {
        var operand = Atom();
        while (!_failed)
        {
            if (Peek() == '!' && Peek(1) != '=' && Take("!"))
                operand = Node(new Expr.Function("factorial", [operand]));
            else if (Take("%") || TakeWord("percent"))
                operand = Node(new Expr.Function("percent", [operand]));
            else if (operand is Expr.Number && TakeScale() is { } scale)
                operand = Node(new Expr.Operation('*', operand, scale));
            else
                break;
        }
        return operand;
    }

    /// <summary><c>2\frac{1}{2}</c> and <c>2 1/2</c>: an integer followed by a fraction of integers is their sum.</summary>
    private Expr.Number? TakeMixedFraction(Expr left)
    {
        var negative = left is Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Number);
        if ((negative ? ((Expr.Operation)left).Right : left) is not Expr.Number { Value: { IsInteger: true } whole } || whole.Sign < 0)
            return null;
        var start = _at;
        if (IsCommand("frac"))
        {
            if (Atom() is Expr.Operation('/', Expr.Number top, Expr.Number bottom) && bottom.Value.Sign != 0)
                return Mixed(top.Value / bottom.Value);
        }
        else if (start > 0 && char.IsAsciiDigit(Peek()) && start > 0 && text[start - 1] is ' ' && char.IsAsciiDigit(text[start]))
        {
            if (Atom() is Expr.Number top && Take("/") && char.IsAsciiDigit(Peek()) && Atom() is Expr.Number { Value.Sign: > 0 } bottom)
                return Mixed(top.Value / bottom.Value);
        }
        (_at, _failed) = (start, false);
        return null;

        Expr.Number Mixed(BigRational fraction) => new(negative ? -(whole + fraction) : whole + fraction);
    }

    private T Node<T>(T node)
    {
        if (++_nodes > MathBudget.Nodes)
            throw new MathBudgetException($"an expression has more than {MathBudget.Nodes} nodes");
        return node;
    }

    private bool Enter() => ++_depth <= MathBudget.Nesting ? true : throw new MathBudgetException($"brackets are nested more than {MathBudget.Nesting} deep");

    private Expr Fail()
    {
        _failed = true;
        return Nothing;
    }
}
