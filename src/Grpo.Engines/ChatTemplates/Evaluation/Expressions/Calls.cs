using Grpo.Engines.ChatTemplates.Builtins;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Expressions;

/// <summary><c>f(a, b=c)</c>.</summary>
internal sealed class Call(int line, Expression function, ArgumentList arguments) : Expression(line)
{
    protected override object Value(Scope scope) => Invoke(scope, null);

    /// <summary>Calls the function; a call block hands its body over as <paramref name="caller"/>.</summary>
    public object Invoke(Scope scope, Callable? caller)
    {
        var target = function.Evaluate(scope);
        if (target is Undefined missing) throw missing.Used();
        var callable = target as ICallable ?? throw new TemplateError($"'{TypeName.Of(target)}' object is not callable");
        var given = arguments.Evaluate(scope);
        if (caller is not null) given = given with { Named = new Dictionary<string, object>(given.Named) { ["caller"] = caller } };
        scope.State.Enter();
        var result = callable.Call(scope.State, given);
        scope.State.Leave();
        return scope.State.Made(result);
    }
}

/// <summary><c>value | name(arguments)</c>.</summary>
/// <param name="line">Its line.</param>
/// <param name="operand">What is filtered; null in a filter block, whose text comes later.</param>
/// <param name="name">The filter.</param>
/// <param name="arguments">Its further arguments.</param>
internal sealed class FilterCall(int line, Expression? operand, string name, ArgumentList arguments) : Expression(line)
{
    protected override object Value(Scope scope) => Apply(scope, operand!.Evaluate(scope));

    /// <summary>Applies this filter, after those before it in a filter block, to a text.</summary>
    public object ApplyToBlock(Scope scope, object text)
    {
        scope.State.Step(Line);
        return Apply(scope, operand is FilterCall inner ? inner.ApplyToBlock(scope, text) : text);
    }

    private object Apply(Scope scope, object value) =>
        scope.State.Made(Filters.Get(name).Invoke(scope.State, value, arguments.Evaluate(scope)));
}

/// <summary><c>value is name(arguments)</c>.</summary>
internal sealed class TestCall(int line, Expression operand, string name, ArgumentList arguments) : Expression(line)
{
    protected override object Value(Scope scope) => Tests.Get(name).Invoke(scope.State, operand.Evaluate(scope), arguments.Evaluate(scope));
}
