namespace Grpo.Rewards.Math;

/// <summary>Numbers, words and what may be a factor.</summary>
internal sealed partial class MathParser
{
    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private bool StartsFactor() => Peek() switch
    {
        '(' => !_text.AsSpan(_at).StartsWith("(mod"),
        '[' => true,
        '{' => !IsBracedWord(),
        '\\' => Peek(1) is not ('}' or '\\' or '|' or '\0') && (!MathWords.EndsProduct(CommandName()) || IsUprightFactor()),
        var c when char.IsAsciiDigit(c) => _at > 0 && !char.IsAsciiDigit(_text[_at - 1]) && _text[_at - 1] is not (' ' or '.'),
        '.' => false,
        var c when char.IsLetter(c) => StartsLetters(),
        _ => false,
    };

    private bool StartsLetters()
    {
        var length = WordLength();
        var word = _text.AsSpan(_at, length);
        if (_integrals > 0 && word[0] == 'd' && length <= 2)
            return _differential is null;
        if (length == 1)
            return char.IsAscii(word[0]) || !(_at > 0 && char.IsAsciiDigit(_text[_at - 1]));
        if (word is "and" or "or" or "mod" or "pct" or "per" || word.Equals("percent", StringComparison.OrdinalIgnoreCase))
            return false;
        if (MathWords.Function(word) is not null || MathWords.Constant(word) is not null)
            return true;
        // x=1orx=2
        if (length <= 4 && word.StartsWith("or") && _at > 0 && (char.IsAsciiDigit(_text[_at - 1]) || _text[_at - 1] is ')' or '}'))
            return false;
        return length <= 3 && _at > 0 && _text[_at - 1] != ' ' && !MathUnits.Is(word);
    }

    /// <summary><c>\mathrm{i}</c> and <c>\mathrm{lcm}(…)</c>: one letter or a function set upright is a factor, words are not.</summary>
    private bool IsUprightFactor()
    {
        var name = CommandName();
        var open = _at + 1 + name.Length;
        if (open + 2 >= _text.Length || _text[open] != '{' || !MathWords.IsText(name))
            return false;
        var close = _text.IndexOf('}', open);
        return close > open && (close == open + 2 ? char.IsLetter(_text[open + 1]) : MathWords.Function(_text.AsSpan(open + 1, close - open - 1)) is not null);
    }

    private Expr Atom()
    {
        var c = Peek();
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
        {
            var (value, decimals) = NumberLiteral.Read(_text.AsSpan(_at), _brackets > 0, out var length);
            _at += length;
            var number = Node(new Expr.Number(value, decimals));
            return _inExponent ? number : Subscripted(number);
        }
        return c switch
        {
            '(' or '[' => Bracket(c),
            '{' => Group(),
            '|' => Bars(),
            '\\' => Command(),
            _ when char.IsLetter(c) => Word(),
            _ => Fail(),
        };
    }

    private Expr Bars()
    {
        _at++;
        return Between("|", "abs");
    }

    /// <summary><c>4{cm}</c>: a unit in braces.</summary>
    private bool IsBracedWord()
    {
        var close = _text.IndexOf('}', _at);
        return close > _at + 2 && _text.AsSpan(_at + 1, close - _at - 1).Trim() is var inside && !inside.ContainsAnyExcept(Letters) && MathUnits.Is(inside);
    }

    private Expr Word()
    {
        if (_integrals > 0 && TakeDifferential() is { } differential)
            return differential;
        var length = WordLength();
        var word = _text.AsSpan(_at, length);
        if (MathWords.Constant(word) is { } constant || (length > 2 && (constant = MathWords.Constant(word.ToString().ToLowerInvariant())) is not null))
        {
            _at += length;
            return Subscripted(ConstantOf(constant));
        }
        if (MathWords.Function(word) is { } function)
        {
            _at += length;
            return Application(function);
        }
        if (length > 3)
            return Fail();
        var name = _text[_at++];
        return Subscripted(Node(new Expr.Symbol(Letter(name))));
    }

    private Expr ConstantOf(string name) => name == "emptyset" ? Node(new Expr.Compound('{', [], '}')) : Node(new Expr.Symbol(name));

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];

    private static string Letter(char c) => c < 128 ? Ascii[c] : c.ToString();

    /// <summary><c>x_1</c> is its own symbol; <c>10_2</c> is a numeral of its own, because the base changes the value.</summary>
    private Expr Subscripted(Expr operand)
    {
        if (Peek() != '_' || operand is not (Expr.Symbol or Expr.Number))
            return operand;
        _at++;
        var start = _at;
        var c = Peek();
        if (c == '{')
        {
            var close = ClosingBrace();
            if (close < 0)
                return Fail();
            _at = close + 1;
        }
        else if (c == '\\')
        {
            _at += 1 + int.Max(1, CommandName().Length);
        }
        else if (operand is Expr.Number)
        {
            while (char.IsAsciiDigit(Peek(0)))
                _at++;
        }
        else if (_at < _text.Length)
        {
            _at++;
        }
        if (_at == start || _at > _text.Length)
            return Fail();
        var subscript = Plain(_text.AsSpan(start, _at - start));
        return operand switch
        {
            Expr.Symbol symbol => new Expr.Symbol($"{symbol.Name}_{subscript}"),
            Expr.Number { Decimals: 0, Value: { IsInteger: true } value } when subscript.Length > 0 => new Expr.Function("numeral", [new Expr.Number(value), new Expr.Symbol(subscript)]),
            _ => Fail(),
        };
    }

    /// <summary>A subscript without what sets it: <c>{\text{max}}</c> is max.</summary>
    private static string Plain(ReadOnlySpan<char> subscript)
    {
        if (!subscript.ContainsAny(" {}\\"))
            return subscript.Length == 1 ? Letter(subscript[0]) : subscript.ToString();
        var plain = subscript.ToString();
        foreach (var wrapper in MathWords.TextWrappers)
            plain = plain.Replace($@"\{wrapper}{{", "{", StringComparison.Ordinal);
        return plain.Replace(" ", "", StringComparison.Ordinal).Trim('{', '}');
    }

    private int ClosingBrace()
    {
        var depth = 0;
        for (var i = _at; i < _text.Length; i++)
        {
            if (_text[i] == '{')
                depth++;
            else if (_text[i] == '}' && --depth == 0)
                return i;
        }
        return -1;
    }

    /// <summary><c>2\frac{1}{2}</c> and <c>2 1/2</c>: an integer followed by a fraction of integers is their sum.</summary>
    private Expr? TakeMixedFraction(Expr left)
    {
        var negative = left is Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Number);
        if ((negative ? ((Expr.Operation)left).Right : left) is not Expr.Number { Value: { IsInteger: true } whole, Decimals: 0 } || whole.Sign < 0)
            return null;
        var (start, failed) = (_at, _failed);
        if (Peek() == '\\' && IsCommand("frac"))
        {
            if (Atom() is Expr.Operation('/', Expr.Number { Value.IsInteger: true } top, Expr.Number { Value.IsInteger: true } bottom) && !_failed && bottom.Value.Sign != 0)
                return Mixed(top.Value / bottom.Value);
        }
        else if (start > 0 && char.IsAsciiDigit(Peek()) && _text[_at - 1] is ' ')
        {
            if (Atom() is Expr.Number { Value.IsInteger: true } top && !_failed)
            {
                if (Take("/") && char.IsAsciiDigit(Peek()) && Atom() is Expr.Number { Value: { IsInteger: true, Sign: > 0 } } bottom)
                    return Mixed(top.Value / bottom.Value);
                // 3 1\frac{1}{2}: a product with a mixed number.
                if (!_failed && IsCommand("frac") && TakeMixedFraction(top) is { } mixed)
                    return Node(new Expr.Operation('*', left, mixed));
            }
        }
        (_at, _failed) = (start, failed);
        return null;

        Expr.Number Mixed(BigRational fraction) => new(negative ? -(whole + fraction) : whole + fraction);
    }

    /// <summary><c>3 x 10^8</c>: the letter is a sign.</summary>
    private bool TakeTimesLetter(Expr left)
    {
        if (left is not Expr.Number || Peek() is not ('x' or 'X'))
            return false;
        var i = _at + 1;
        while (i < _text.Length && _text[i] == ' ')
            i++;
        if (!_text.AsSpan(i).StartsWith("10^"))
            return false;
        _at = i;
        return true;
    }

    private bool TakePercent()
    {
        var c = Peek();
        if (c == '%')
        {
            _at++;
            return true;
        }
        if (c is 'p' or 'P' && (TakeWord("percent") || TakeWord("pct") || TakeWord("percentage")))
            return true;
        var start = _at;
        if (c is 'p' && TakeWord("per") && TakeWord("cent"))
            return true;
        _at = start;
        if (c == '\\' && MathWords.IsText(CommandName()))
        {
            _at += 1 + CommandName().Length;
            if (Take("{") && (TakeWord("percent") || TakeWord("pct") || TakeWord("percentage") || Take("%")) && Take("}"))
                return true;
            _at = start;
        }
        return false;
    }

    private Expr.Number? TakeScale()
    {
        var start = _at;
        if (Peek() == '\\' && MathWords.IsText(CommandName()))
        {
            _at += 1 + CommandName().Length;
            if (Take("{") && TakeScale() is { } scale && Take("}"))
                return scale;
            _at = start;
            return null;
        }
        var length = WordLength();
        if (length < 6 || MathWords.Zeros(_text.AsSpan(_at, length).TrimEnd('s')) is not (> 0 and var zeros))
        {
            _at = start;
            return null;
        }
        _at += length;
        return new(new BigRational(10, 1).Power(zeros));
    }
}
