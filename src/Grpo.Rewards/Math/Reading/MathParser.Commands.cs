using System.Buffers;

namespace Grpo.Rewards.Math;

/// <summary>LaTeX commands and environments.</summary>
internal sealed partial class MathParser
{
    private Expr Command()
    {
        if (Take(@"\{"))
            return Set();
        var name = CommandName();
        if (name.Length == 0)
            return Fail();
        _at += 1 + name.Length;
        if (MathWords.IsText(name) && Peek() == '{')
            return TextArgument();
        if (MathWords.IsWrapper(name))
            return Argument();
        if (MathWords.Constant(name) is { } constant)
            return Subscripted(ConstantOf(constant));
        if (MathWords.Function(name) is { } function)
            return Application(function);
        if (MathWords.Accent(name) is { } accent)
            return Accented(accent);
        if (MathWords.EndsProduct(name))
            return Fail();
        return name switch
        {
            "frac" => Fraction(),
            "binom" => Node(new Expr.Function("binom", [Argument(), Argument()])),
            "langle" => Angle(),
            "lvert" => Between("rvert", "abs"),
            "Vert" => Between(@"\Vert", "norm"),
            "lfloor" => Between("rfloor", "floor"),
            "lceil" => Between("rceil", "ceil"),
            "begin" => Environment(),
            "sum" => Repeated("sum"),
            "prod" => Repeated("prod"),
            "lim" => Limit(),
            "int" or "oint" => Integral(),
            "mathbb" => NumberSet(),
            "variable" => Variable(),
            "angle" or "measuredangle" or "triangle" => Figure(name.ToString()),
            _ => Subscripted(Node(new Expr.Symbol(name.ToString()))),
        };
    }

    /// <summary>A braced group, or one single character as in <c>\frac12</c>.</summary>
    private Expr Argument()
    {
        var c = Peek();
        if (!char.IsAsciiDigit(c))
            return Single(Atom());
        _at++;
        return Node(new Expr.Number(c - '0'));
    }

    /// <summary><c>\frac{1}{2}</c>, and the derivatives written as one.</summary>
    private Expr Fraction()
    {
        if (TakeDerivative() is { } derivative)
            return derivative;
        var (brackets, bars) = (_brackets, _bars);
        var top = Argument();
        var fraction = _failed ? Nothing : Node(new Expr.Operation('/', top, Argument()));
        (_brackets, _bars) = (brackets, bars);
        return fraction;
    }

    private Expr TextArgument()
    {
        var close = _text.IndexOf('}', _at);
        if (close < 0)
            return Fail();
        var inside = _text.AsSpan(_at + 1, close - _at - 1).Trim();
        if (inside.Length == 1 || (inside.Length > 0 && !HasWord(inside)))
            return Subscripted(Group());
        if (inside.Contains('{'))
            return Fail();
        _at = close + 1;
        if (inside.Equals("infinity", StringComparison.OrdinalIgnoreCase))
            return ConstantOf("infinity");
        // \text{12 apples}
        if (inside.Length > 0 && (char.IsAsciiDigit(inside[0]) || (inside.Length > 1 && inside[0] is '-' && char.IsAsciiDigit(inside[1]))) && Parse(inside.ToString(), out var rest) is { } quantity && Quantities.Is(quantity) && MathUnits.Is(rest))
            return Node(quantity);
        if (MathWords.Function(inside) is { } function && Peek() is '(' or '{' or '_' or '^')
            return Application(function);
        return Node(new Expr.Words(inside.Trim(" .()").ToString()));

        static bool HasWord(ReadOnlySpan<char> text)
        {
            foreach (var c in text)
            {
                if (char.IsLetter(c))
                    return true;
            }
            return false;
        }
    }

    /// <summary><c>\overline{x}</c> is another letter than x.</summary>
    private Expr Accented(string accent)
    {
        var start = _at;
        if (Peek() == '{')
        {
            var close = ClosingBrace();
            if (close < 0)
                return Fail();
            _at = close + 1;
        }
        else if (Peek() == '\\')
        {
            _at += 1 + CommandName().Length;
        }
        else if (_at < _text.Length)
        {
            _at++;
        }
        var inside = Plain(_text.AsSpan(start, _at - start));
        return inside.Length == 0 ? Fail() : Subscripted(Node(new Expr.Symbol($"{accent} {inside}")));
    }

    /// <summary><c>\angle ABC</c>: the letters name a figure.</summary>
    private Expr Figure(string kind)
    {
        SkipSpaces();
        var braced = Take("{");
        SkipSpaces();
        var length = WordLength();
        if (length == 0)
            return braced ? Fail() : Node(new Expr.Symbol(kind));
        var name = _text.Substring(_at, length);
        _at += length;
        return !braced || Take("}") ? Node(new Expr.Symbol($"{kind} {name}")) : Fail();
    }

    private Expr NumberSet()
    {
        var start = _at;
        var name = Peek() == '{' && ClosingBrace() is > 0 and var close ? _text.AsSpan(_at + 1, (_at = close + 1) - start - 2) : Peek() != '\0' ? _text.AsSpan(_at++, 1) : default;
        return name.Trim().Length == 0 ? Fail() : Subscripted(Node(new Expr.Symbol($"set {name.Trim()}")));
    }

    /// <summary><c>\variable{total}</c>: a name of several letters.</summary>
    private Expr Variable()
    {
        if (Peek() != '{' || ClosingBrace() is not (> 0 and var close))
            return Fail();
        var name = _text.AsSpan(_at + 1, close - _at - 1).Trim();
        _at = close + 1;
        if (name.IsEmpty || (name.Contains(' ') || name[1..].Contains('\\')))
            return Fail();
        return int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var number) ? Node(new Expr.Number(number)) : Named(Plain(name.TrimStart('\\')).Replace("_{", "_", StringComparison.Ordinal));
    }

    /// <summary>Signs that names of the normal form's own are made of: <c>#2</c>, <c>@1</c>, <c>[x]^[y]</c>.</summary>
    private static readonly SearchValues<char> OwnSigns = SearchValues.Create("#@[]()");

    /// <summary>A symbol of a name that someone made up: it begins with a letter, and has none of our own signs.</summary>
    private Expr Named(string name) => name.TrimStart('_') is [var first, ..] && char.IsLetter(first) && !name.AsSpan().ContainsAny(OwnSigns) ? Node(new Expr.Symbol(name)) : Fail();

    /// <summary>Any <c>…matrix</c> or <c>array</c> environment is rows of cells; aligned lines and systems are a list of their lines; <c>cases</c> with conditions are pairs.</summary>
    private Expr Environment()
    {
        var open = _text.IndexOf('}', _at);
        if (open < 0)
            return Fail();
        var name = _text[_at..open].Trim(' ', '{').TrimEnd('*');
        var isMatrix = name.EndsWith("matrix", StringComparison.Ordinal) || name == "array";
        if (!isMatrix && name is not ("cases" or "aligned" or "align" or "gathered" or "gather" or "split" or "equation" or "dcases"))
            return Fail();
        _at = open + 1;
        if (name == "array" && Peek() == '{')
            _at = ClosingBrace() + 1;
        if (!Enter())
            return Nothing;
        List<Expr> rows = [];
        var bars = _bars;
        _bars = 0;
        _brackets++;
        while (!_failed && !IsCommand("end"))
        {
            var cells = Cells(isMatrix, name);
            if (!_failed)
                rows.Add(cells);
            if (!Take(@"\\") && !IsCommand("end"))
                Fail();
        }
        _brackets--;
        _bars = bars;
        _depth--;
        if (_failed || !TakeCommand("end") || _text.IndexOf('}', _at) is not (>= 0 and var end))
            return Fail();
        _at = end + 1;
        if (name == "array" && rows.TrueForAll(row => row is Expr.Compound { Items: [Expr.Relation] }))
            return Node(new Expr.Compound(',', [.. rows.Select(row => ((Expr.Compound)row).Items[0])], ','));
        if (!isMatrix)
            return rows is [var line] ? line : Node(new Expr.Compound(name is "cases" or "dcases" && rows.TrueForAll(row => row is Expr.Compound { Open: 'c' }) ? 'c' : ',', rows, name is "cases" or "dcases" ? 'c' : ','));
        var matrix = Node(new Expr.Compound('m', rows, 'm'));
        return name == "vmatrix" ? Node(new Expr.Function("det", [matrix])) : matrix;
    }

    private Expr Cells(bool isMatrix, string name)
    {
        if (!isMatrix && name is not ("cases" or "dcases"))
        {
            // "x &= 1": the mark only aligns.
            _ = Take("&");
            var start = _at;
            var line = Relation();
            if (!_failed && Peek() == '&')
            {
                var end = _text.IndexOf(@"\\", _at, StringComparison.Ordinal) is >= 0 and var next ? next : _text.IndexOf(@"\end", _at, StringComparison.Ordinal);
                var nested = new MathParser(end < 0 ? "" : _text[start..end].Replace("&", "", StringComparison.Ordinal), _productFirst) { _depth = _depth, _nodes = _nodes };
                line = nested.List();
                (_nodes, _failed, _at) = (nested._nodes, nested._failed, end < 0 ? _text.Length : end);
            }
            _ = Take(",");
            return line;
        }
        List<Expr> cells = [isMatrix ? Relation() : Cell()];
        while (!_failed && Take("&"))
            cells.Add(isMatrix ? Relation() : Cell());
        if (!isMatrix)
            return cells is [var only] ? only : Node(new Expr.Compound('c', cells, 'c'));
        return Node(new Expr.Compound('m', cells, 'm'));
    }

    /// <summary>A value or a condition of <c>cases</c>: "if" and "otherwise" say nothing new.</summary>
    private Expr Cell()
    {
        SkipSpaces();
        if (Peek() == '\\' && MathWords.IsText(CommandName()))
        {
            var close = _text.IndexOf('}', _at);
            var words = close < 0 ? "" : _text[(_at + 2 + CommandName().Length)..close].Trim().ToLowerInvariant().Trim(' ', ',');
            if (words is "if" or "when" or "for" or "where" or "if and only if")
                _at = close + 1;
        }
        else
        {
            _ = TakeWord("if") || TakeWord("when") || TakeWord("for");
        }
        var cell = Peek() == '\\' && Peek(1) != '\\' || Peek() is not ('&' or '\\' or '\0') ? Relation() : Node(new Expr.Words(""));
        _ = Take(",");
        return cell;
    }
}
