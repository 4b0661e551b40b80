namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>What follows a statement.</summary>
internal enum Flow
{
    /// <summary>The next statement.</summary>
    Next,

    /// <summary>What follows the loop.</summary>
    Break,

    /// <summary>The next pass of the loop.</summary>
    Continue,
}

/// <summary>A node that writes output or sets variables. Immutable, as expressions are.</summary>
/// <param name="line">Its line, from 1.</param>
internal abstract class Statement(int line)
{
    /// <summary>Its line, from 1.</summary>
    protected int Line { get; } = line;

    /// <summary>Executes it.</summary>
    /// <exception cref="TemplateError">It cannot, or the rendering went beyond a limit.</exception>
    public Flow Execute(Scope scope)
    {
        scope.State.Step(Line);
        return Run(scope);
    }

    /// <summary>Executes statements until one leaves its loop.</summary>
    public static Flow Execute(IReadOnlyList<Statement> body, Scope scope)
    {
        foreach (var statement in body)
        {
            var flow = statement.Execute(scope);
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    /// <summary>Executes it, the step counted.</summary>
    protected abstract Flow Run(Scope scope);
}
