using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Statements;

/// <summary>Text outside of all delimiters.</summary>
internal sealed class Text(int line, string text) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        scope.Output.Write(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ expression }}</c>.</summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        scope.Output.Write(Repr.Text(value.Evaluate(scope)));
        return Flow.Next;
    }
}

/// <summary><c>{% do expression %}</c>: evaluates and prints nothing.</summary>
internal sealed class Do(int line, Expression value) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        value.Evaluate(scope);
        return Flow.Next;
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    protected override Flow Run(Scope scope) => flow;
}

/// <summary><c>{% if %}</c> with its <c>{% elif %}</c> and <c>{% else %}</c>; it makes no scope.</summary>
internal sealed class If(int line, IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> branches, IReadOnlyList<Statement> otherwise) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        foreach (var (test, body) in branches)
        {
            if (Truth.Of(test.Evaluate(scope))) return Execute(body, scope);
        }

        return Execute(otherwise, scope);
    }
}
