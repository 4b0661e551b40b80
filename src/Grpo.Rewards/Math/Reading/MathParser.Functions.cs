namespace Grpo.Rewards.Math;

/// <summary>Functions, sums, integrals, limits and derivatives.</summary>
internal sealed partial class MathParser
{
    private static readonly System.Buffers.SearchValues<char> Signs = System.Buffers.SearchValues.Create("+-*/=()");

    private Expr Application(string name)
    {
        var plainRoot = name is "sqrt" && _at >= 4 && _text[_at - 1] == 't' && !(_at >= 5 && _text[_at - 5] == '\\');
        Expr? extra = null;
        if (name == "sqrt" && Peek() == '[')
            extra = Bracket('[');
        if (name is "log" && Peek() == '_' && Take("_"))
            extra = Argument();
        Expr? exponent = null;
        if (Peek() == '^' && name is not ("sqrt" or "cbrt") && !TakeDegree())
        {
            _at++;
            exponent = Argument();
        }
        if (name is "log" && extra is null && Peek() == '_' && Take("_"))
            extra = Argument();
        if (_failed || !Enter())
            return Nothing;
        var c = Peek();
        var argument = name is "sqrt" or "cbrt" ? (plainRoot || name == "cbrt" ? Atom() : Argument()) : c is '(' or '{' or '[' || (c == '\\' && Peek(1) == '{') ? Argument() : ImplicitProduct();
        _depth--;
        if (_failed)
            return Nothing;
        var arguments = argument is Expr.Compound { Open: '(' or '{' or ',' } many ? many.Items : [argument];
        if (name is "floor" or "ceil" && arguments.Count != 1)
            return Fail();
        if (name == "cbrt")
            (name, extra) = ("sqrt", new Expr.Number(3));
        if (exponent is not null && IsMinusOne(exponent) && Inverse(name) is { } inverse)
            return Node(new Expr.Function(inverse, arguments));
        var applied = Node(new Expr.Function(name, extra is null ? arguments : [.. arguments, extra]));
        return exponent is null ? applied : Node(new Expr.Operation('^', applied, exponent));
    }

    private static bool IsMinusOne(Expr expr) => expr is Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Number one) && one.Value == 1;

    /// <summary><c>\sin^{-1}</c> is the inverse function, not the reciprocal.</summary>
    private static string? Inverse(string name) => name switch
    {
        "sin" or "cos" or "tan" or "cot" or "sec" or "csc" => $"arc{name}",
        "sinh" or "cosh" or "tanh" or "coth" => $"ar{name}",
        _ => null,
    };

    /// <summary>What a function name without brackets applies to: <c>\sin 2x</c>.</summary>
    private Expr ImplicitProduct()
    {
        var negative = Peek() == '-' && Take("-");
        var product = Power();
        while (!_failed && StartsFactor() && Peek() is not '(' && !IsFunction())
            product = Times(product, Power());
        return negative ? Node(new Expr.Operation('-', new Expr.Number(0), product)) : product;
    }

    private bool IsFunction()
    {
        var start = Peek() == '\\' ? _at + 1 : _at;
        var end = start;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
            end++;
        return MathWords.Function(_text.AsSpan(start, end - start)) is not null;
    }

    /// <summary><c>\sum_{k=1}^{n} body</c>: the body, the variable, and its two bounds.</summary>
    private Expr Repeated(string name)
    {
        var (lower, upper) = Bounds();
        if (_failed || !Enter())
            return Nothing;
        var body = Term();
        _depth--;
        if (_failed)
            return Nothing;
        if (lower is Expr.Relation { Operators: ["="], Sides: [Expr.Symbol variable, var from] } && upper is not null)
            return Node(new Expr.Function(name, [Bound(body, variable.Name), Bound(variable, variable.Name), from, upper]));
        return Node(new Expr.Function(name, [body, .. lower is null ? [] : new[] { lower }, .. upper is null ? [] : new[] { upper }]));
    }

    private (Expr? Lower, Expr? Upper) Bounds()
    {
        Expr? lower = null, upper = null;
        for (var c = Peek(); !_failed && c is '_' or '^'; c = Peek())
        {
            _at++;
            var start = _at;
            if (Peek() == '{' && ClosingBrace() is > 0 and var close && _text.AsSpan(_at + 1, close - _at - 1).IsWhiteSpace())
            {
                _at = close + 1; // \int_{ }^{ } has none
                continue;
            }
            var bound = Peek() == '-' ? Signed() : char.IsAsciiLetter(Peek()) ? Node(new Expr.Symbol(Letter(_text[_at++]))) : Argument();
            _ = c == '_' ? lower = bound : upper = bound;
            if (_at == start)
                Fail();
        }
        return (lower, upper);
    }

    /// <summary><c>\lim_{x \to 3^+} body</c>: the body, the variable, where it goes, and from which side.</summary>
    private Expr Limit()
    {
        if (!Take("_") || Peek() != '{' || ClosingBrace() is not (> 0 and var close))
            return Fail();
        var below = _text.AsSpan(_at + 1, close - _at - 1).Trim();
        _at = close + 1;
        var side = "";
        foreach (var (mark, meaning) in (ReadOnlySpan<(string, string)>)[("^{+}", "+"), ("^+", "+"), ("^{-}", "-"), ("^-", "-")])
        {
            if (!below.EndsWith(mark))
                continue;
            side = meaning;
            below = below[..^mark.Length];
        }
        var inside = new MathParser(below.ToString(), _productFirst) { _depth = _depth, _nodes = _nodes };
        var variable = inside.Power();
        if (inside._failed || !(inside.TakeCommand("to") || inside.TakeCommand("implies")))
            return Fail();
        var target = inside.Sum();
        _nodes = inside._nodes;
        if (inside._failed || inside.Peek() != '\0' || variable is not Expr.Symbol symbol || !Enter())
            return Fail();
        var body = Term();
        _depth--;
        return _failed ? Nothing : Node(new Expr.Function("limit", [Bound(body, symbol.Name), Bound(symbol, symbol.Name), target, new Expr.Words(side)]));
    }

    /// <summary><c>\int_a^b body dx</c>: the body, the variable, and the bounds where there are any.</summary>
    private Expr Integral()
    {
        var (lower, upper) = Bounds();
        if (_failed || !Enter())
            return Nothing;
        var outer = _differential;
        _differential = null;
        _integrals++;
        var body = Sum();
        _integrals--;
        var variable = _differential;
        _differential = outer;
        _depth--;
        if (_failed || variable is null)
            return Fail();
        body = Single(body is Expr.Compound { Open: '[', Items: [var inner] } ? inner : body);
        return lower is null || upper is null
            ? Node(new Expr.Function("integral", [body, new Expr.Symbol(variable)]))
            : Node(new Expr.Function("integral", [Bound(body, variable), Bound(new Expr.Symbol(variable), variable), lower, upper]));
    }

    /// <summary>The <c>dx</c> of an integral counts as a factor 1.</summary>
    private Expr.Number? TakeDifferential()
    {
        if (Peek() != 'd')
            return null;
        var start = _at++;
        var name = Peek() switch
        {
            '\\' when CommandName() is var command && MathWords.Function(command) is null && !MathWords.EndsProduct(command) => MathWords.Constant(command) ?? command.ToString(),
            var c when char.IsAsciiLetter(c) => Letter(c),
            _ => "",
        };
        if (name.Length == 0)
        {
            _at = start;
            return null;
        }
        _at += _text[_at] == '\\' ? 1 + CommandName().Length : 1;
        _differential = name;
        return Node(new Expr.Number(1));
    }

    /// <summary><c>\frac{d}{dx} f</c>, <c>\frac{dy}{dx}</c>, <c>\frac{\partial f}{\partial x}</c>.</summary>
    private Expr? TakeDerivative()
    {
        var start = _at;
        if (Peek() == '{' && ClosingBrace() is > 0 and var topEnd && Operator(_text.AsSpan(_at + 1, topEnd - _at - 1).Trim(), out var of) is > 0 and var order)
        {
            _at = topEnd + 1;
            if (Peek() == '{' && ClosingBrace() is > 0 and var bottomEnd && Operator(_text.AsSpan(_at + 1, bottomEnd - _at - 1).Trim(), out var variable) > 0 && variable.Length > 0)
            {
                _at = bottomEnd + 1;
                var power = variable.IndexOf('^') is > 0 and var raised ? variable[..raised].Trim() : variable;
                var name = Named(power.TrimStart('\\'));
                if (_failed)
                    return Nothing;
                if (of.Length == 0)
                    return _integrals == 0 && Enter() && Term() is var body && --_depth >= 0 && !_failed ? Node(new Expr.Function("derivative", [body, name, new Expr.Number(order)])) : Fail();
                if (of.Length <= 8)
                    return Node(new Expr.Function("derivative", [Named(of.TrimStart('\\')), name, new Expr.Number(order)]));
            }
        }
        _at = start;
        return null;
    }

    /// <summary>The order of <c>d</c>, <c>d^2</c> or <c>\partial</c> and what stands after it; 0 when it is something else.</summary>
    private static int Operator(ReadOnlySpan<char> part, out string after)
    {
        after = "";
        var length = part.StartsWith("d") ? 1 : part.StartsWith(@"\partial") ? 8 : part.StartsWith(@"\mathrm{d}") ? 10 : 0;
        if (length == 0)
            return 0;
        var rest = part[length..].TrimStart();
        var order = 1;
        if (rest.StartsWith("^"))
        {
            rest = rest[1..].TrimStart("{ ");
            if (rest.IsEmpty || !char.IsAsciiDigit(rest[0]))
                return 0;
            order = rest[0] - '0';
            rest = rest[1..].TrimStart("} ");
        }
        if (rest.Length > 0 && !(char.IsAsciiLetter(rest[0]) || rest[0] == '\\') || rest.IndexOfAny(Signs) >= 0)
            return 0;
        // The only letters of "dx" are the variable's; "dollars" is no differential.
        if (rest.Length > 1 && char.IsAsciiLetter(rest[0]) && char.IsAsciiLetter(rest[1]))
            return 0;
        after = rest.ToString();
        return order;
    }

    /// <summary>A variable that an operator binds has no name of its own.</summary>
    private Expr Bound(Expr expr, string variable) => Substitution.Replace(expr, variable, new Expr.Symbol($"@{_depth}"));
}
