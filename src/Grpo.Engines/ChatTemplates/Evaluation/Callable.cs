namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>A value that can be called: a macro, a method of a value, a global function.</summary>
/// <param name="name">Its name.</param>
/// <param name="body">What it does.</param>
internal sealed class Callable(string name, Func<RenderState, Arguments, object> body) : ICallable, IMembers
{
    /// <inheritdoc/>
    public object Call(RenderState state, Arguments arguments) => body(state, arguments);

    /// <inheritdoc/>
    public object? Member(string member) => member == "name" ? name : null;
}

/// <summary>A value with attributes of its own.</summary>
internal interface IMembers
{
    /// <summary>The attribute of that name, null where there is none.</summary>
    object? Member(string member);
}

/// <summary>A value that can be called.</summary>
internal interface ICallable
{
    /// <summary>Calls it.</summary>
    object Call(RenderState state, Arguments arguments);
}
