namespace Grpo.Rewards.Math;

/// <summary>Reads LaTeX or plain-text mathematics into an <see cref="Expr"/>, by recursive descent over the characters of a tidied answer.</summary>
/// <remarks>
/// list = relation ((',' | ';' | and | or) relation)* ; relation = sets (op sets)* ; sets = ratio ((\cup | \cap | \setminus) ratio)* ;
/// ratio = sum (':' sum)* ; sum = term (('+' | '-') term)* ; term = signed (('*' | '/' | \mod | nothing) signed)* ; power = postfix ('^' postfix)? ; postfix = atom ('!' | '%' | degree)*.
/// Lists, atoms, commands and functions are in the other parts of this class.
/// </remarks>
internal sealed partial class MathParser
{
    private static readonly Expr Nothing = new Expr.Words("");
    private readonly string _text;
    private readonly bool _productFirst; // 1/2x is 1/(2x)
    private int _at;
    private int _depth;
    private int _nodes;
    private int _brackets; // inside ( ) [ ] and \{ \}: a comma separates
    private int _bars; // inside | |: a bar closes
    private int _integrals; // inside an integral: dx ends it
    private string? _differential; // the variable of the integral that was just ended
    private bool _inExponent;
    private bool _ambiguous;
    private bool _failed;

    private MathParser(string text, bool productFirst) => (_text, _productFirst) = (text, productFirst);

    /// <summary>Reads as much as forms one expression from the start of a tidied answer.</summary>
    /// <param name="text">A text that <see cref="MathText.Normalize"/> made.</param>
    /// <param name="rest">What follows the expression; empty when all was read.</param>
    /// <returns>The expression, or null when the text does not start with one.</returns>
    /// <exception cref="MathBudgetException">The answer is too deep, too large, or holds too large a number.</exception>
    public static Expr? Parse(string text, out ReadOnlySpan<char> rest) => Parse(text, productFirst: false, out rest, out _);

    /// <summary>The same, where <c>1/2x</c> may be read in its two ways.</summary>
    /// <param name="text">A text that <see cref="MathText.Normalize"/> made.</param>
    /// <param name="productFirst">Whether <c>1/2x</c> is 1/(2x) rather than (1/2)x.</param>
    /// <param name="rest">What follows the expression.</param>
    /// <param name="ambiguous">Whether the choice makes a difference.</param>
    public static Expr? Parse(string text, bool productFirst, out ReadOnlySpan<char> rest, out bool ambiguous)
    {
        var parser = new MathParser(text, productFirst);
        var expr = parser.List();
        if (!parser._failed && parser.TakeCommand("choose"))
            expr = new Expr.Function("binom", [expr, parser.List()]);
        else if (!parser._failed && parser.TakeCommand("over"))
            expr = new Expr.Operation('/', expr, parser.List());
        parser.SkipSpaces();
        rest = text.AsSpan(parser._at);
        ambiguous = parser._ambiguous;
        return parser._failed ? null : expr;
    }

    /// <summary>Whether a command has a meaning for the parser.</summary>
    internal static bool IsKnown(ReadOnlySpan<char> name) => MathWords.IsKnown(name);

    private Expr Relation()
    {
        var first = Sets();
        if (_failed || RelationOperator() is not { } op)
            return first;
        List<Expr> sides = [first];
        List<string> operators = [];
        for (; op is not null && !_failed; op = RelationOperator())
        {
            operators.Add(op);
            sides.Add(Sets());
        }
        return Node(new Expr.Relation(sides, operators));
    }

    private string? RelationOperator() => Peek() switch
    {
        '=' => Take("==") || Take("=>") ? "=" : Take("=<") ? "<=" : Take("=") ? "=" : null,
        '<' => Take("<=") ? "<=" : Take("<") ? "<" : null,
        '>' => Take(">=") ? ">=" : Take(">") ? ">" : null,
        ':' => Take(":=") ? "=" : null,
        '!' => Take("!=") ? "!=" : null,
        '(' => Take("(mod") ? Modulus() : null,
        '\\' => CommandName() switch
        {
            "le" => Command("<="),
            "ge" => Command(">="),
            "ne" => Command("!="),
            "in" => Command("in"),
            "notin" => Command("notin"),
            "approx" or "sim" => Command("~"),
            "equiv" => Command("="),
            "subset" => Command("subset"),
            "subseteq" => Command("subseteq"),
            "supset" => Command("supset"),
            "supseteq" => Command("supseteq"),
            "pmod" => Command("mod"),
            _ => null,
        },
        _ => null,
    };

    private string Command(string op)
    {
        _at += 1 + CommandName().Length;
        return op;
    }

    /// <summary><c>x = 3 (mod 7)</c>: the modulus is a further side.</summary>
    private string? Modulus()
    {
        var close = _text.IndexOf(')', _at);
        if (close < 0)
            return null;
        _closeAfterSide = true;
        return "mod";
    }

    private bool _closeAfterSide;

    private Expr Sets()
    {
        var first = Ratio();
        while (!_failed && Peek() == '\\')
        {
            if (TakeCommand("cup"))
                first = Joined(first, Ratio());
            else if (TakeCommand("cap"))
                first = Node(new Expr.Function("cap", [first, Ratio()]));
            else if (TakeCommand("setminus"))
                first = Node(new Expr.Function("setminus", [first, Ratio()]));
            else
                break;
        }
        if (_closeAfterSide)
        {
            _closeAfterSide = false;
            if (!Take(")"))
                Fail();
        }
        return first;

        Expr Joined(Expr left, Expr right) => left is Expr.Compound { Open: 'u' } union
            ? Node(new Expr.Compound('u', [.. union.Items, right], 'u'))
            : Node(new Expr.Compound('u', [left, right], 'u'));
    }

    private Expr Ratio()
    {
        var first = Sum();
        if (_failed || Peek() != ':' || Peek(1) == '=')
            return first;
        List<Expr> parts = [first];
        while (!_failed && Take(":"))
            parts.Add(Sum());
        return Node(new Expr.Compound(':', parts, ':'));
    }

    private Expr Sum()
    {
        var sum = Term();
        while (!_failed && !(_integrals > 0 && _differential is not null))
        {
            var c = Peek();
            if (c == '+' && Take("+"))
                sum = Peek() == '-' && Take("-") ? Node(new Expr.Operation('-', sum, Term())) : Node(new Expr.Operation('+', sum, Term()));
            else if (c == '-' && Take("-"))
                sum = Node(new Expr.Operation('-', sum, Term()));
            else if (c == '\\' && TakeCommand("pm"))
                sum = Node(new Expr.Function("plus_minus", [sum, Term()]));
            else if (c == '\\' && TakeCommand("mp"))
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
            var c = Peek();
            if (c == '*' && Peek(1) != '*')
            {
                _at++;
                product = Times(product, Signed());
            }
            else if (c == '/')
            {
                _at++;
                product = Node(new Expr.Operation('/', product, Divisor()));
            }
            else if (c == '\\' && TakeCommand("mod"))
                product = Node(new Expr.Function("mod", [product, Signed()]));
            else if (TakeMixedFraction(product) is { } mixed)
                product = mixed;
            else if (TakeTimesLetter(product))
                product = Times(product, Signed());
            else if (StartsFactor())
                product = Times(product, Power());
            else if (c != '|' || _bars != 0 || TryBars() is not { } bars)
                break;
            else
                product = Times(product, bars);
        }
        _depth--;
        return product;
    }

    private Expr.Operation Times(Expr left, Expr right) => Node(new Expr.Operation('*', Single(left), Single(right)));

    /// <summary>Braces around one factor only group: <c>\{1+2\}\{3-4\}</c>.</summary>
    private static Expr Single(Expr expr) => expr is Expr.Compound { Open: '{', Items: [var only] } ? only : expr;

    /// <summary>What a slash divides by. In <c>1/2x</c> that is 2 or 2x, because people write both.</summary>
    private Expr Divisor()
    {
        var start = _at;
        var divisor = Signed();
        if (_failed || divisor is not Expr.Number || _at == 0 || !char.IsAsciiDigit(_text[_at - 1]) || _at >= _text.Length || !(char.IsAsciiLetter(_text[_at]) || _text[_at] == '\\') || start == _at || !StartsFactor())
            return divisor;
        _ambiguous = true;
        while (_productFirst && !_failed && StartsFactor() && Peek() != '(')
            divisor = Times(divisor, Power());
        return divisor;
    }

    private Expr Signed()
    {
        var negative = false;
        while (Peek() is '-' or '+')
            negative ^= _text[_at++] == '-';
        if (Peek() == '\\' && (TakeCommand("pm") || TakeCommand("mp")))
            return Node(new Expr.Function("plus_minus", [new Expr.Number(0), Power()]));
        var power = Power();
        return negative ? Node(new Expr.Operation('-', new Expr.Number(0), power)) : power;
    }

    private Expr Power()
    {
        var operand = Postfix();
        while (!_failed)
        {
            var c = Peek();
            if (c == '\'' && operand is Expr.Symbol primed)
            {
                _at++;
                operand = new Expr.Symbol(primed.Name + "'");
            }
            else if (c == '^' || (c == '*' && Peek(1) == '*'))
                operand = Raised(operand);
            else if (c == '_' && operand is Expr.Operation('^', Expr.Symbol symbol, var exponent))
                operand = Node(new Expr.Operation('^', Subscripted(symbol), exponent));
            else
                break;
        }
        return operand;
    }

    private Expr Raised(Expr operand)
    {
        if (TakeDegree())
            return Node(new Expr.Function("degree", [operand]));
        if (!Take("**"))
            _at++;
        if (Peek() == '\'' || (Peek() == '{' && _text.AsSpan(_at).StartsWith("{'}")))
        {
            _at += Peek() == '{' ? 3 : 1;
            return operand is Expr.Symbol primed ? new Expr.Symbol(primed.Name + "'") : Fail();
        }
        if (!Enter())
            return Nothing;
        // Right associative: the exponent is itself a signed power.
        var outer = _inExponent;
        _inExponent = Peek() != '{';
        var exponent = Peek() == '{' ? Postfix() : Signed();
        _inExponent = outer;
        _depth--;
        return Node(new Expr.Operation('^', Single(operand), Single(exponent)));
    }

    private Expr Postfix()
    {
        var operand = Atom();
        while (!_failed)
        {
            var c = Peek();
            if (c == '!' && Peek(1) != '=')
            {
                _at++;
                operand = Node(new Expr.Function("factorial", [operand]));
            }
            else if (TakePercent())
                operand = operand is Expr.Symbol { Name: "infinity" } ? operand : Node(new Expr.Function("percent", [operand]));
            else if (operand is Expr.Number && TakeScale() is { } scale)
                operand = Node(new Expr.Operation('*', operand, scale));
            else
                break;
        }
        return operand;
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
