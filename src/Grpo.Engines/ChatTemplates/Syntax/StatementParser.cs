using System.Runtime.CompilerServices;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Evaluation.Statements;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Parses one statement, from its keyword to the end of its closing tag.</summary>
/// <param name="tokens">The template's tokens.</param>
/// <param name="expressions">Parser of its expressions.</param>
/// <param name="body">Parser of statements up to a tag of one of the given names, at which it stops.</param>
internal sealed class StatementParser(TokenStream tokens, ExpressionParser expressions, Func<string[], IReadOnlyList<Statement>> body)
{
    private static readonly string[] MacroExtras = ["caller", "kwargs", "varargs"];

    /// <summary>The statement whose keyword is at hand.</summary>
    /// <exception cref="TemplateError">The statement is unknown or not well-formed.</exception>
    public Statement Parse()
    {
        var (_, keyword, line) = tokens.Expect(TokenKind.Name, "a statement");
        return keyword switch
        {
            "for" => For(line),
            "if" => If(line),
            "set" => Set(line),
            "macro" => new Macro(line, Definition(tokens.Expect(TokenKind.Name, "the macro's name").Text, "endmacro")),
            "call" => Call(line),
            "filter" => new FilterBlock(line, expressions.ParseBlockFilters(), Block("endfilter")),
            "with" => With(line),
            "generation" => new Generation(line, Block("endgeneration")),
            "print" => Ended(new Print(line, expressions.ParseTuple())),
            "do" => Ended(new Do(line, expressions.ParseTuple())),
            "break" => Ended(new Jump(line, Flow.Break)),
            "continue" => Ended(new Jump(line, Flow.Continue)),
            _ => throw new TemplateError($"encountered unknown tag '{keyword}'", line),
        };
    }

    private For For(int line)
    {
        var target = Target();
        tokens.ExpectName("in");
        var iterable = expressions.ParseTuple(conditional: false);
        var test = tokens.TakeName("if") ? expressions.Parse() : null;
        var recursive = tokens.TakeName("recursive");
        var passes = Until("endfor", "else");
        var otherwise = tokens.TakeName("else") ? Until("endfor") : [];
        Close("endfor");
        return new For(line, target, iterable, test, recursive, passes, otherwise);
    }

    private If If(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        do
        {
            branches.Add((expressions.ParseTuple(conditional: false), Until("elif", "else", "endif")));
        }
        while (tokens.TakeName("elif"));

        var otherwise = tokens.TakeName("else") ? Until("endif") : [];
        Close("endif");
        return new If(line, branches, otherwise);
    }

    private Statement Set(int line)
    {
        var target = Target();
        if (tokens.TakeOperator("=")) return Ended(new Set(line, target, expressions.ParseTuple()));
        var filter = tokens.TakeOperator("|") ? expressions.ParseBlockFilters() : null;
        return new SetBlock(line, target, filter, Block("endset"));
    }

    private With With(int line)
    {
        var variables = new List<(Expression, Expression)>();
        while (tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0) tokens.ExpectOperator(",");
            var target = OneTarget();
            tokens.ExpectOperator("=");
            variables.Add((target, expressions.Parse()));
        }

        return new With(line, variables, Block("endwith"));
    }

    private CallBlock Call(int line)
    {
        var parameters = tokens.IsOperator("(") ? Parameters() : [];
        if (expressions.Parse() is not Call call) throw new TemplateError("expected call", line);
        return new CallBlock(line, Definition("caller", parameters, "endcall"), call);
    }

    private MacroDefinition Definition(string name, string end) => Definition(name, Parameters(), end);

    private MacroDefinition Definition(string name, List<(string, Expression?)> parameters, string end)
    {
        var outer = expressions.NamesRead;
        expressions.NamesRead = [];
        var statements = Block(end);
        var extras = MacroExtras.Where(expressions.NamesRead.Contains).ToHashSet();
        expressions.NamesRead = outer;
        outer.UnionWith(extras);
        return new MacroDefinition(name, parameters, statements, extras);
    }

    private List<(string, Expression?)> Parameters()
    {
        var parameters = new List<(string, Expression?)>();
        tokens.ExpectOperator("(");
        while (!tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0) tokens.ExpectOperator(",");
            var token = tokens.Expect(TokenKind.Name, "a parameter's name");
            var fallback = tokens.TakeOperator("=") ? expressions.Parse() : null;
            if (fallback is null && parameters.Exists(parameter => parameter.Item2 is not null)) throw new TemplateError("non-default argument follows default argument", token.Line);
            parameters.Add((token.Text, fallback));
        }

        return parameters;
    }

    /// <summary>What is assigned to: one target, or several with commas between them.</summary>
    private Expression Target()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var line = tokens.Current.Line;
        var first = OneTarget();
        if (!tokens.IsOperator(",")) return first;
        var targets = new List<Expression> { first };
        while (tokens.TakeOperator(",") && (tokens.Current.Kind == TokenKind.Name || tokens.IsOperator("("))) targets.Add(OneTarget());
        return new TupleLiteral(line, targets);
    }

    private Expression OneTarget()
    {
        if (tokens.TakeOperator("("))
        {
            var inner = Target();
            tokens.ExpectOperator(")");
            return inner;
        }

        var token = tokens.Expect(TokenKind.Name, "a name to assign to");
        if (token.Text is "true" or "false" or "none" or "True" or "False" or "None") throw new TemplateError($"can't assign to '{token.Text}'", token.Line);
        var name = new Name(token.Line, token.Text);
        return tokens.TakeOperator(".") ? new AttributeAccess(token.Line, name, tokens.Expect(TokenKind.Name, "an attribute's name").Text) : name;
    }

    private IReadOnlyList<Statement> Block(string end)
    {
        var statements = Until(end);
        Close(end);
        return statements;
    }

    private IReadOnlyList<Statement> Until(params string[] ends)
    {
        tokens.Expect(TokenKind.BlockEnd, "end of statement block");
        return body(ends);
    }

    private void Close(string end)
    {
        tokens.ExpectName(end);
        tokens.Expect(TokenKind.BlockEnd, "end of statement block");
    }

    private Statement Ended(Statement statement)
    {
        tokens.Expect(TokenKind.BlockEnd, "end of statement block");
        return statement;
    }
}
