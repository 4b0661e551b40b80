namespace Grpo.Rewards.Math;

/// <summary>Lists and brackets.</summary>
internal sealed partial class MathParser
{
    /// <summary>A plain list is <c>,</c>. Where semicolons or "and" separate lists that have commas of their own, each of these is a tuple.</summary>
    private Expr List()
    {
        var first = Relation();
        if (!_failed)
            SkipUnit(first);
        if (_failed || Separator(first) is not (not '\0' and var separator))
            return first;
        List<List<Expr>> groups = [[first]];
        var (commas, semicolons) = (0, 0);
        do
        {
            _ = separator == ';' ? semicolons++ : commas++;
            if (separator == ';')
                groups.Add([]);
            var item = Relation();
            groups[^1].Add(item);
            if (_failed)
                return Nothing;
            SkipUnit(item);
            separator = Separator(item);
        }
        while (separator != '\0');
        if (commas == 0 || semicolons == 0)
            return Node(new Expr.Compound(',', [.. groups.SelectMany(group => group)], ','));
        return Node(new Expr.Compound(',', [.. groups.Select(group => group.Count == 1 ? group[0] : new Expr.Compound('(', group, ')'))], ','));
    }

    /// <summary>The unit of one item of a list: <c>35 cm, 4 cm</c>.</summary>
    private void SkipUnit(Expr item)
    {
        var c = Peek();
        if (!(char.IsLetter(c) || c == '\\') || !Quantities.Is(item))
            return;
        var rest = _text.AsSpan(_at);
        var end = ItemEnd(rest);
        if (end <= 0)
            return;
        foreach (var conjunction in (ReadOnlySpan<string>)[" and ", " or "])
        {
            if (rest[..end].IndexOf(conjunction) is > 0 and var earlier)
                end = earlier;
        }
        if (MathUnits.Is(rest[..end].TrimEnd()))
            _at += end;
    }

    /// <summary>Where a separator or a closing bracket ends an item; -1 when the text does.</summary>
    private static int ItemEnd(ReadOnlySpan<char> rest)
    {
        var depth = 0;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '{')
                depth++;
            else if ((rest[i] == '}' && depth-- == 0) || (depth == 0 && rest[i] is ',' or ';' or ')' or ']'))
                return i;
        }
        return -1;
    }

    /// <summary>Takes what separates two items: a comma or "and" (answers <c>,</c>), a semicolon (answers <c>;</c>), or nothing (answers NUL).</summary>
    private char Separator(Expr item)
    {
        switch (Peek())
        {
            case ',':
                _at++;
                // "1, 2, and 3"
                _ = TakeConjunction();
                return ',';
            case ';':
                _at++;
                return ';';
            default:
                return TakeConjunction() || (item is Expr.Relation && (TakeCommand("lor") || TakeCommand("vee") || TakeCommand("land") || TakeCommand("wedge"))) ? ',' : '\0';
        }
    }

    /// <summary>"and", "or", <c>\text{ or }</c>, 或.</summary>
    private bool TakeConjunction()
    {
        if (TakeWord("and") || TakeWord("or") || Take("或") || Take("和") || Take("且") || TakeGluedConjunction())
            return true;
        if (Peek() == '&' && Peek(1) != '&')
            return false;
        var start = _at;
        if (Peek() == '\\' && MathWords.IsText(CommandName()))
        {
            _at += 1 + CommandName().Length;
            if (Take("{") && (TakeWord("and") || TakeWord("or")) && Take("}"))
                return true;
        }
        _at = start;
        return false;
    }

    /// <summary><c>x=1orx=2</c>: the word runs into the letters after it.</summary>
    private bool TakeGluedConjunction()
    {
        if (_at == 0 || Peek() is not ('o' or 'a') || !(char.IsAsciiDigit(_text[_at - 1]) || _text[_at - 1] is ')' or '}' or ']'))
            return false;
        var rest = _text.AsSpan(_at);
        var length = rest.StartsWith("or") ? 2 : rest.StartsWith("and") ? 3 : 0;
        if (length == 0 || WordLength() > length + 1)
            return false;
        _at += length;
        return true;
    }

    private Expr Bracket(char open)
    {
        _at++;
        var items = Items(')', ']');
        if (_failed)
            return Nothing;
        var close = _text[_at++];
        if (items is [var single] && single is not Expr.Compound { Open: ',' } && (open == '(') == (close == ')'))
            return single;
        return Node(new Expr.Compound(open, Flat(items), close));
    }

    private Expr Group()
    {
        _at++;
        if (Take("}"))
            return Fail();
        if (!Enter())
            return Nothing;
        var bars = _bars;
        _bars = 0;
        var inner = List();
        if (TakeCommand("over"))
            inner = Node(new Expr.Operation('/', inner, List()));
        else if (TakeCommand("choose"))
            inner = Node(new Expr.Function("binom", [inner, List()]));
        _bars = bars;
        _depth--;
        return !_failed && Take("}") ? inner : Fail();
    }

    private Expr Set()
    {
        // "\left\{ \begin{array}…\end{array} \right." draws one brace only.
        if (IsCommand("begin"))
        {
            var system = Command();
            _ = Take(@"\}");
            return system;
        }
        var items = Items('\\', '|');
        if (!_failed && items is [Expr.Symbol or Expr.Relation] && Take("|"))
            return Condition(items[0]);
        return !_failed && Take(@"\}") ? Node(new Expr.Compound('{', Flat(items), '}')) : Fail();
    }

    /// <summary><c>\{x \mid x > 2\}</c> is described by its condition.</summary>
    private Expr Condition(Expr element)
    {
        _brackets++;
        var condition = List();
        _brackets--;
        return !_failed && Take(@"\}") && element is Expr.Symbol or Expr.Relation { Operators: ["in"] } ? condition : Fail();
    }

    /// <summary>The inside of a bracket up to its close, which is not taken.</summary>
    private List<Expr> Items(char close, char other)
    {
        List<Expr> items = [];
        if (!Enter())
            return items;
        var bars = _bars;
        _bars = 0;
        _brackets++;
        if (!AtClose())
            items.Add(List());
        if (_failed || !AtClose())
            Fail();
        _brackets--;
        _bars = bars;
        _depth--;
        return items;

        bool AtClose() => Peek() is var c && close == '\\' ? (c == '\\' && Peek(1) == '}') || c == other : c == close || c == other;
    }

    private static IReadOnlyList<Expr> Flat(List<Expr> items) => items is [Expr.Compound { Open: ',' } list] ? list.Items : items;

    private Expr Angle()
    {
        if (!Enter())
            return Nothing;
        _brackets++;
        var inner = List();
        _brackets--;
        _depth--;
        return !_failed && TakeCommand("rangle") ? Node(new Expr.Compound('(', inner is Expr.Compound { Open: ',' } list ? list.Items : [inner], ')')) : Fail();
    }

    private Expr Between(string close, string function)
    {
        if (!Enter())
            return Nothing;
        var (bars, brackets) = (_bars, _brackets);
        _bars = close == "|" ? 1 : 0;
        var inner = Sum();
        (_bars, _brackets) = (bars, brackets);
        _depth--;
        return !_failed && (close == "|" || close == @"\Vert" ? Take(close) : TakeCommand(close)) ? Node(new Expr.Function(inner is Expr.Compound { Open: 'm' } && function == "abs" ? "det" : function, [inner])) : Fail();
    }

    /// <summary>A factor in bars; null, with nothing taken, when no bar closes it.</summary>
    private Expr? TryBars()
    {
        var (at, depth, brackets, integrals) = (_at, _depth, _brackets, _integrals);
        var factor = Power();
        if (!_failed)
            return factor;
        (_at, _depth, _brackets, _integrals, _bars, _failed, _inExponent) = (at, depth, brackets, integrals, 0, false, false);
        return null;
    }
}
