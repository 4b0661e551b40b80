namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>Variables of a template, a loop pass, a macro call or a block. Reading looks outwards; setting never does.</summary>
internal sealed class Scope
{
    private readonly Scope? _outer;
    private Dictionary<string, object>? _variables;

    /// <summary>The outermost scope of a rendering.</summary>
    public Scope(RenderState state) => (State, Output) = (state, new Output(state));

    private Scope(Scope outer, Output output) => (_outer, State, Output) = (outer, outer.State, output);

    /// <summary>The rendering.</summary>
    public RenderState State { get; }

    /// <summary>Where text goes.</summary>
    public Output Output { get; }

    /// <summary>A scope inside this one that writes to the same output.</summary>
    public Scope Inner() => new(this, Output);

    /// <summary>A scope inside this one whose output is captured.</summary>
    public Scope Capturing() => new(this, new Output(State));

    /// <summary>Sets a variable of this scope.</summary>
    public void Set(string name, object value) => (_variables ??= [])[name] = value;

    /// <summary>A variable of this scope or one around it; null where there is none.</summary>
    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (scope._variables is { } variables && variables.TryGetValue(name, out var value)) return value;
        }

        return null;
    }
}
