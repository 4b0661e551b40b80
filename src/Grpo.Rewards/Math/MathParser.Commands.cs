namespace Grpo.Rewards.Math;

/// <summary>LaTeX commands, and looking at the characters ahead.</summary>
internal sealed partial class MathParser
{
    private Expr Command()
    {
        if (Take(@"\{"))
            return Set(@"\}");
        if (Take(@"\|"))
            return Fail();
        var name = CommandName().ToString();
        if (name.Length == 0)
            return Fail();
        _at += 1 + name.Length;
        if (MathWords.TextWrappers.Contains(name) && Peek() == '{')
            return TextArgument();
        if (MathWords.Wrappers.Contains(name))
            return Argument();
        if (MathWords.Constants.TryGetValue(name, out var constant))
            return constant == "emptyset" ? Node(new Expr.Compound('{', [], '}')) : Node(new Expr.Symbol(constant));
        if (MathWords.Functions.Contains(name))
            return Application(name);
        return name switch
        {
            "frac" => Node(new Expr.Operation('/', Argument(), Argument())),
            "binom" or "dbinom" or "tbinom" => Node(new Expr.Function("binom", [Argument(), Argument()])),
            "langle" => Angle(),
            "lfloor" => Between("", @"\rfloor", "floor"),
            "lceil" => Between("", @"\rceil", "ceil"),
            "begin" => Matrix(),
            "sum" or "int" or "prod" or "lim" or "end" or "over" or "cup" or "in" => Fail(),
            _ => Subscripted(Node(new Expr.Symbol(name))),
        };
    }

    /// <summary>A braced group, or one single character as in <c>\frac12</c>.</summary>
    private Expr Argument()
    {
        var c = Peek();
        if (!char.IsAsciiDigit(c))
            return Atom();
        _at++;
        return Node(new Expr.Number(c - '0'));
    }

    private Expr TextArgument()
    {
        var close = text.IndexOf('}', _at);
        if (close < 0)
            return Fail();
        var inside = text[(_at + 1)..close].Trim();
        if (inside.Length == 1 || (inside.Length > 0 && !inside.Any(char.IsLetter)))
            return Group();
        if (inside.Contains('{'))
            return Fail();
        _at = close + 1;
        return Node(new Expr.Words(inside.Trim(' ', '.', '(', ')').ToLowerInvariant()));
    }

    private Expr Angle()
    {
        var items = Items(() => IsCommand("rangle"));
        return !_failed && TakeCommand("rangle") ? Node(new Expr.Compound('(', Flat(items), ')')) : Fail();
    }

    /// <summary>Any <c>…matrix</c> or <c>array</c> environment: a collection of rows, whichever bracket is drawn around it.</summary>
    private Expr Matrix()
    {
        var open = text.IndexOf('}', _at);
        if (open < 0 || !text[_at..open].EndsWith("matrix", StringComparison.Ordinal) && text[_at..open] != "{array")
            return Fail();
        var drawn = text[_at..open];
        _at = open + 1;
        if (drawn == "{array" && Peek() == '{')
            _at = text.IndexOf('}', _at) + 1;
        List<Expr> rows = [];
        _brackets++;
        while (!_failed && !IsCommand("end"))
        {
            List<Expr> cells = [Relation()];
            while (!_failed && Take("&"))
                cells.Add(Relation());
            rows.Add(Node(new Expr.Compound('m', cells, 'm')));
            if (!Take(@"\\") && !IsCommand("end"))
                Fail();
        }
        _brackets--;
        if (_failed || !TakeCommand("end") || text.IndexOf('}', _at) is not (>= 0 and var end))
            return Fail();
        _at = end + 1;
        var matrix = Node(new Expr.Compound('m', rows, 'm'));
        return drawn == "{vmatrix" ? Node(new Expr.Function("det", [matrix])) : matrix;
    }

    private bool TakeDegree()
    {
        var start = _at;
        if (Take("^") && (TakeCommand("circ") || (Take("{") && TakeCommand("circ") && Take("}"))))
            return true;
        _at = start;
        return false;
    }

    private Expr.Number? TakeScale()
    {
        SkipSpaces();
        var length = WordLength();
        if (length < 6 || !MathWords.Scales.TryGetValue(text.Substring(_at, length).TrimEnd('s'), out var zeros))
            return null;
        _at += length;
        return new(new BigRational(10, 1).Power(zeros));
    }

    private void SkipSpaces()
    {
        while (_at < text.Length && text[_at] == ' ')
            _at++;
    }

    private char Peek()
    {
        SkipSpaces();
        return Peek(0);
    }

    private char Peek(int ahead) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    private bool Take(string expected)
    {
        SkipSpaces();
        if (!text.AsSpan(_at).StartsWith(expected))
            return false;
        _at += expected.Length;
        return true;
    }

    private int WordLength()
    {
        var end = _at;
        while (end < text.Length && char.IsLetter(text[end]))
            end++;
        return end - _at;
    }

    private bool TakeWord(string word)
    {
        SkipSpaces();
        if (WordLength() != word.Length || !text.AsSpan(_at).StartsWith(word, StringComparison.OrdinalIgnoreCase))
            return false;
        _at += word.Length;
        return true;
    }

    private ReadOnlySpan<char> CommandName()
    {
        var end = _at + 1;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        return text.AsSpan(_at + 1, end - _at - 1);
    }

    private bool IsCommand(string name) => Peek() == '\\' && CommandName().SequenceEqual(name);

    private bool TakeCommand(string name)
    {
        if (!IsCommand(name))
            return false;
        _at += 1 + name.Length;
        return true;
    }
}
