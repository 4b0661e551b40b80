using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Expressions;

/// <summary>A string, a number, true, false or none.</summary>
internal sealed class Constant(int line, object value) : Expression(line)
{
    protected override object Value(Scope scope) => value;
}

/// <summary>A variable.</summary>
internal sealed class Name(int line, string name) : Expression(line)
{
    /// <summary>The variable's name.</summary>
    public string Text => name;

    protected override object Value(Scope scope) => scope.Find(name) ?? Undefined.Variable(name);
}

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ListLiteral(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    protected override object Value(Scope scope) => new PyList([.. items.Select(item => item.Evaluate(scope))]);
}

/// <summary><c>(a, b)</c>.</summary>
internal sealed class TupleLiteral(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    /// <summary>The elements.</summary>
    public IReadOnlyList<Expression> Items => items;

    protected override object Value(Scope scope) => new PyTuple([.. items.Select(item => item.Evaluate(scope))]);
}

/// <summary><c>{k: v}</c>.</summary>
internal sealed class DictLiteral(int line, IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression(line)
{
    protected override object Value(Scope scope)
    {
        var dict = new PyDict();
        foreach (var (key, value) in entries) dict.Set(key.Evaluate(scope), value.Evaluate(scope));
        return dict;
    }
}
