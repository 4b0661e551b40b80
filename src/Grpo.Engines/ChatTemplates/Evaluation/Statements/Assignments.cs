using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Statements;

/// <summary><c>{% set target = value %}</c>.</summary>
internal sealed class Set(int line, Expression target, Expression value) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        Assign(scope, target, value.Evaluate(scope));
        return Flow.Next;
    }

    /// <summary>Gives a target a value: a name, an attribute of a namespace, or a tuple of those.</summary>
    /// <exception cref="TemplateError">The value does not have as many elements as the tuple, or the attribute is of something else.</exception>
    public static void Assign(Scope scope, Expression target, object value)
    {
        switch (target)
        {
            case Name name:
                scope.Set(name.Text, value);
                break;
            case AttributeAccess attribute:
                var owner = attribute.Owner.Evaluate(scope) as PyNamespace ?? throw new TemplateError("cannot assign attribute on non-namespace object");
                owner.Attributes[attribute.Name] = value;
                break;
            case TupleLiteral tuple:
                Unpack(scope, tuple.Items, value);
                break;
        }
    }

    private static void Unpack(Scope scope, IReadOnlyList<Expression> targets, object value)
    {
        if (Sequence.TryIterate(value) is not { } elements) throw new TemplateError($"cannot unpack non-iterable {TypeName.Of(value)} object");
        object[] values = [.. elements.Take(targets.Count + 1)];
        if (values.Length > targets.Count) throw new TemplateError($"too many values to unpack (expected {targets.Count})");
        if (values.Length < targets.Count) throw new TemplateError($"not enough values to unpack (expected {targets.Count}, got {values.Length})");
        for (var i = 0; i < values.Length; i++) Assign(scope, targets[i], values[i]);
    }
}

/// <summary><c>{% set target %}text{% endset %}</c>, perhaps through filters.</summary>
internal sealed class SetBlock(int line, Expression target, FilterCall? filter, IReadOnlyList<Statement> body) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        var inner = scope.Capturing();
        var flow = Execute(body, inner);
        var text = inner.Output.ToString();
        Set.Assign(scope, target, filter is null ? text : filter.ApplyToBlock(scope, text));
        return flow;
    }
}

/// <summary><c>{% with a = b %}</c>: variables for its body only.</summary>
internal sealed class With(int line, IReadOnlyList<(Expression Target, Expression Value)> variables, IReadOnlyList<Statement> body) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        var inner = scope.Inner();
        foreach (var (target, value) in variables) Set.Assign(inner, target, value.Evaluate(scope));
        return Execute(body, inner);
    }
}

/// <summary><c>{% filter name %}text{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(int line, FilterCall filter, IReadOnlyList<Statement> body) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        var inner = scope.Capturing();
        var flow = Execute(body, inner);
        scope.Output.Write(Repr.Text(filter.ApplyToBlock(scope, inner.Output.ToString())));
        return flow;
    }
}
