using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Statements;

/// <summary><c>{% for target in iterable if test recursive %}</c> with its <c>{% else %}</c>. Every pass has a scope of its own.</summary>
internal sealed class For(int line, Expression target, Expression iterable, Expression? test, bool recursive, IReadOnlyList<Statement> body, IReadOnlyList<Statement> otherwise)
    : Statement(line)
{
    protected override Flow Run(Scope scope) => Loop(scope, iterable.Evaluate(scope), 0);

    private Flow Loop(Scope scope, object values, int depth)
    {
        var loop = new LoopState(Chosen(scope, Sequence.Iterate(values)), depth, recursive ? (inner, level) => Recurse(scope, inner, level) : null);
        while (loop.Advance())
        {
            scope.State.Step(Line);
            var pass = scope.Inner();
            pass.Set("loop", loop);
            Set.Assign(pass, target, loop.Current);
            if (Execute(body, pass) == Flow.Break) return Flow.Next;
        }

        return loop.Started ? Flow.Next : Execute(otherwise, scope.Inner());
    }

    private string Recurse(Scope scope, object values, int depth)
    {
        var captured = scope.Capturing();
        Loop(captured, values, depth);
        return captured.Output.ToString();
    }

    private IEnumerable<object> Chosen(Scope scope, IEnumerable<object> values)
    {
        if (test is null) return values;
        return values.Where(value =>
        {
            var inner = scope.Inner();
            Set.Assign(inner, target, value);
            return Truth.Of(test.Evaluate(inner));
        });
    }
}
