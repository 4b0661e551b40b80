using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Expressions;

/// <summary><c>a.name</c>.</summary>
internal sealed class AttributeAccess(int line, Expression owner, string name) : Expression(line)
{
    /// <summary>Whose attribute.</summary>
    public Expression Owner => owner;

    /// <summary>The attribute's name.</summary>
    public string Name => name;

    protected override object Value(Scope scope) => Member.Attribute(owner.Evaluate(scope), name);
}

/// <summary><c>a[key]</c>.</summary>
internal sealed class ItemAccess(int line, Expression owner, Expression key) : Expression(line)
{
    protected override object Value(Scope scope) => Member.Item(owner.Evaluate(scope), key.Evaluate(scope));
}

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class SliceAccess(int line, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object Value(Scope scope)
    {
        var value = owner.Evaluate(scope);
        if (value is Undefined missing) throw missing.Used();
        var part = Slice.Of(value, Bound(start, scope), Bound(stop, scope), Bound(step, scope));
        return part is null ? new Undefined($"'{TypeName.Of(value)} object' has no slices") : scope.State.Made(part);
    }

    private static object Bound(Expression? bound, Scope scope) => bound?.Evaluate(scope) ?? None.Value;
}
