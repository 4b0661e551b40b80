namespace Grpo.Rewards.Math;

/// <summary>Lists, brackets and atoms.</summary>
internal sealed partial class MathParser
{
    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private Expr List()
    {
        var first = Relation();
        if (_failed || !Separator())
            return first;
        List<Expr> items = [first];
        do
            items.Add(Relation());
        while (!_failed && Separator());
        return Node(new Expr.Compound('{', items, '}'));
    }

    private bool Separator() => Take(",") || Take(";") || TakeWord("and") || TakeWord("or") || TakeConjunction();

    private bool TakeConjunction()
    {
        var start = _at;
        if (TakeCommand("text") && Take("{") && (TakeWord("and") || TakeWord("or")) && Take("}"))
            return true;
        _at = start;
        return false;
    }

    private bool StartsFactor() => Peek() switch
    {
        '(' or '[' => true,
        '{' => !IsBracedWord(),
        '\\' => Peek(1) is not ('}' or '\\' or '|') && (!MathWords.NoFactors.Contains(CommandName().ToString()) || IsUprightLetter()),
        var c when char.IsAsciiDigit(c) => _at > 0 && !char.IsAsciiDigit(text[_at - 1]) && text[_at - 1] is not (' ' or '.'),
        '.' => false,
        var c when char.IsLetter(c) => WordLength() is var length && (length == 1 || IsKnown(length) || (length <= 3 && text[_at - 1] != ' ' && !MathWords.IsUnit(text.AsSpan(_at, length)))),
        _ => false,
    };

    /// <summary><c>\mathrm{i}</c>: one letter set upright is a factor, words are not.</summary>
    private bool IsUprightLetter()
    {
        var open = _at + 1 + CommandName().Length;
        return open + 2 < text.Length && text[open] == '{' && char.IsLetter(text[open + 1]) && text[open + 2] == '}' && MathWords.TextWrappers.Contains(CommandName().ToString());
    }

    private bool IsKnown(int length)
    {
        var word = text.Substring(_at, length);
        return MathWords.Functions.Contains(word) || MathWords.Constants.ContainsKey(word);
    }

    private Expr Atom()
    {
        var c = Peek();
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
        {
            var (value, decimals) = NumberLiteral.Read(text.AsSpan(_at), _brackets > 0, out var length);
            _at += length;
            return Subscripted(Node(new Expr.Number(value, decimals)));
        }
        return c switch
        {
            '(' or '[' => Bracket(c),
            '{' => Group(),
            '|' => Between("|", "|", "abs"),
            '\\' => Command(),
            _ when char.IsLetter(c) => Word(),
            _ => Fail(),
        };
    }

    private Expr Bracket(char open)
    {
        _at++;
        var items = Items(() => Peek() is ')' or ']');
        if (_failed)
            return Nothing;
        var close = text[_at++];
        var grouping = items.Count == 1 && items[0] is not Expr.Compound { Open: '{' } && (open == '(') == (close == ')');
        return grouping ? items[0] : Node(new Expr.Compound(open, Flat(items), close));
    }

    /// <summary><c>4{cm}</c>: a unit in braces.</summary>
    private bool IsBracedWord()
    {
        var close = text.IndexOf('}', _at);
        return close > _at + 2 && text.AsSpan(_at + 1, close - _at - 1).Trim() is var inside && !inside.ContainsAnyExcept(Letters) && MathWords.IsUnit(inside);
    }

    private Expr Group()
    {
        _at++;
        if (!Enter())
            return Nothing;
        var inner = List();
        _depth--;
        if (TakeCommand("over"))
            inner = Node(new Expr.Operation('/', inner, List()));
        return Take("}") ? inner : Fail();
    }

    private Expr Set(string close)
    {
        var items = Items(() => Peek() == close[0] && text.AsSpan(_at).StartsWith(close));
        return !_failed && Take(close) ? Node(new Expr.Compound('{', Flat(items), '}')) : Fail();
    }

    /// <summary>The inside of a bracket up to its close, which is not taken.</summary>
    private List<Expr> Items(Func<bool> atClose)
    {
        List<Expr> items = [];
        if (!Enter())
            return items;
        _brackets++;
        if (!atClose())
            items.Add(List());
        if (_failed || !atClose())
            Fail();
        _brackets--;
        _depth--;
        return items;
    }

    private static IReadOnlyList<Expr> Flat(List<Expr> items) => items is [Expr.Compound { Open: '{' } list] ? list.Items : items;

    private Expr Between(string open, string close, string function)
    {
        _at += open.Length;
        if (!Enter())
            return Nothing;
        var inner = Sum();
        _depth--;
        return Take(close) ? Node(new Expr.Function(function, [inner])) : Fail();
    }

    private Expr Word()
    {
        var length = WordLength();
        var word = text.Substring(_at, length);
        if (MathWords.Constants.TryGetValue(word, out var constant) || (length > 1 && MathWords.Constants.TryGetValue(word.ToLowerInvariant(), out constant)))
        {
            _at += length;
            return Node(new Expr.Symbol(constant));
        }
        if (MathWords.Functions.Contains(word))
        {
            _at += length;
            return Application(word);
        }
        if (length > 3)
            return Fail();
        var name = text[_at++].ToString();
        return Subscripted(Node(new Expr.Symbol(name)));
    }

    /// <summary><c>x_1</c> is its own symbol; <c>10_2</c> is words, because the base changes the value.</summary>
    private Expr Subscripted(Expr operand)
    {
        if (_at >= text.Length || text[_at] != '_')
            return operand;
        _at++;
        var start = _at;
        if (_at < text.Length && text[_at] == '{')
        {
            var close = text.IndexOf('}', _at);
            if (close < 0)
                return Fail();
            _at = close + 1;
        }
        else if (_at < text.Length)
        {
            _at++;
        }
        var subscript = text[start.._at].Trim('{', '}').Replace(" ", "");
        return operand switch
        {
            Expr.Symbol symbol => new Expr.Symbol($"{symbol.Name}_{subscript}"),
            Expr.Number number => new Expr.Symbol($"{number.Value}_{subscript}"),
            _ => Fail(),
        };
    }

    private Expr Application(string name)
    {
        Expr? extra = null;
        if (name == "sqrt" && Peek() == '[')
            extra = Bracket('[');
        if (name is "log" && Take("_"))
            extra = Argument();
        Expr? exponent = null;
        if (Peek() == '^' && name != "sqrt" && !TakeDegree())
        {
            _at++;
            exponent = Argument();
        }
        if (_failed || !Enter())
            return Nothing;
        var argument = name == "sqrt" || Peek() is '(' or '{' or '[' ? Argument() : ImplicitProduct();
        _depth--;
        IReadOnlyList<Expr> arguments = argument is Expr.Compound { Open: '(' or '{' } many ? many.Items : [argument];
        var applied = Node(new Expr.Function(name, extra is null ? arguments : [.. arguments, extra]));
        return exponent is null ? applied : Node(new Expr.Operation('^', applied, exponent));
    }

    /// <summary>What a function name without brackets applies to: <c>\sin 2x</c>.</summary>
    private Expr ImplicitProduct()
    {
        var product = Power();
        while (!_failed && StartsFactor() && Peek() is not '(' && !IsFunction())
            product = Node(new Expr.Operation('*', product, Power()));
        return product;
    }

    private bool IsFunction()
    {
        var start = Peek() == '\\' ? _at + 1 : _at;
        var end = start;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        return MathWords.Functions.Contains(text[start..end]);
    }
}
