namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>A node that has a value. Nodes are immutable: a parsed template is rendered by many threads at once.</summary>
/// <param name="line">Its line, from 1.</param>
internal abstract class Expression(int line)
{
    /// <summary>Its line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Its value.</summary>
    /// <exception cref="TemplateError">It has none, or the rendering went beyond a limit.</exception>
    public object Evaluate(Scope scope)
    {
        scope.State.Step(Line);
        return Value(scope);
    }

    /// <summary>Its value, the step counted.</summary>
    protected abstract object Value(Scope scope);
}
