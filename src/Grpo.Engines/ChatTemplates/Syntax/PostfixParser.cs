using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>What follows a value: attributes, elements, calls, filters, tests.</summary>
/// <param name="tokens">The template's tokens.</param>
/// <param name="expressions">Parser of the expressions inside brackets.</param>
/// <param name="primaries">Parser of the values themselves.</param>
internal sealed class PostfixParser(TokenStream tokens, ExpressionParser expressions, PrimaryParser primaries)
{
    /// <summary>Attributes, elements and calls after a value.</summary>
    public Expression Accesses(Expression value)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.TakeOperator(".")) value = Attribute(line, value);
            else if (tokens.TakeOperator("[")) value = Subscript(line, value);
            else if (tokens.IsOperator("(")) value = new Call(line, value, ArgumentListOf());
            else return value;
        }
    }

    /// <summary>Filters, tests and calls after a value.</summary>
    public Expression Filters(Expression value)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.TakeOperator("|")) value = Filter(value, many: false);
            else if (tokens.TakeName("is")) value = Test(line, value);
            else if (tokens.IsOperator("(")) value = new Call(line, value, ArgumentListOf());
            else return value;
        }
    }

    /// <summary>A filter by its name and arguments; with <paramref name="many"/> also those after it.</summary>
    public FilterCall Filter(Expression? value, bool many = true)
    {
        var filter = One(value);
        while (many && tokens.TakeOperator("|")) filter = One(filter);
        return filter;
    }

    private FilterCall One(Expression? value)
    {
        var line = tokens.Current.Line;
        return new FilterCall(line, value, DottedName(), tokens.IsOperator("(") ? ArgumentListOf() : ArgumentList.Empty);
    }

    private Expression Test(int line, Expression value)
    {
        var negated = tokens.TakeName("not");
        var test = new TestCall(line, value, DottedName(), TestArguments());
        return negated ? new Not(line, test) : test;
    }

    private ArgumentList TestArguments()
    {
        if (tokens.IsOperator("(")) return ArgumentListOf();
        if (tokens.IsName("is")) throw new TemplateError("You cannot chain multiple tests with is", tokens.Current.Line);
        var starts = tokens.Current.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Integer or TokenKind.Float || tokens.IsOperator("[") || tokens.IsOperator("{");
        if (!starts || tokens.IsName("else") || tokens.IsName("or") || tokens.IsName("and")) return ArgumentList.Empty;
        return new ArgumentList([Accesses(primaries.Parse())], [], null, null);
    }

    private string DottedName()
    {
        var name = tokens.Expect(TokenKind.Name, "a name").Text;
        while (tokens.TakeOperator(".")) name += "." + tokens.Expect(TokenKind.Name, "a name").Text;
        return name;
    }

    private Expression Attribute(int line, Expression value)
    {
        if (tokens.Current.Kind == TokenKind.Integer) return new ItemAccess(line, value, new Constant(line, PrimaryParser.IntegerOf(tokens.Next())));
        return new AttributeAccess(line, value, tokens.Expect(TokenKind.Name, "name or number").Text);
    }

    private Expression Subscript(int line, Expression value)
    {
        var start = tokens.IsOperator(":") ? null : expressions.ParseTuple();
        if (!tokens.TakeOperator(":"))
        {
            tokens.ExpectOperator("]");
            return new ItemAccess(line, value, start!);
        }

        var stop = tokens.IsOperator(":") || tokens.IsOperator("]") ? null : expressions.Parse();
        var step = tokens.TakeOperator(":") && !tokens.IsOperator("]") ? expressions.Parse() : null;
        tokens.ExpectOperator("]");
        return new SliceAccess(line, value, start, stop, step);
    }

    /// <summary>Arguments in parentheses: by position, then by name, then what is spread.</summary>
    private ArgumentList ArgumentListOf()
    {
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null, namedSpread = null;
        tokens.ExpectOperator("(");
        while (!tokens.TakeOperator(")"))
        {
            if (positional.Count + named.Count > 0 || spread is not null || namedSpread is not null) tokens.ExpectOperator(",");
            if (tokens.TakeOperator(")")) break;
            var token = tokens.Current;
            if (spread is null && tokens.TakeOperator("*")) spread = expressions.Parse();
            else if (namedSpread is null && tokens.TakeOperator("**")) namedSpread = expressions.Parse();
            else if (token.Kind == TokenKind.Name && tokens.Ahead.Is(TokenKind.Operator, "=")) named.Add((KeywordName(), expressions.Parse()));
            else if (named.Count > 0 || spread is not null || namedSpread is not null) throw new TemplateError("invalid syntax for function call expression", token.Line);
            else positional.Add(expressions.Parse());
        }

        return new ArgumentList(positional, named, spread, namedSpread);
    }

    private string KeywordName()
    {
        var name = tokens.Next().Text;
        tokens.Next();
        return name;
    }
}
