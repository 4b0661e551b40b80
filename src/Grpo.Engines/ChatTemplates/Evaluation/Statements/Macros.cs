using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Statements;

/// <summary>Parameters and body of a macro or call block.</summary>
/// <param name="Name">The macro's name; caller for a call block.</param>
/// <param name="Parameters">Parameters with their defaults, null for none.</param>
/// <param name="Body">What it writes.</param>
/// <param name="Extras">Which of varargs, kwargs and caller the body reads: those it accepts.</param>
internal sealed record MacroDefinition(
    string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body, IReadOnlySet<string> Extras)
{
    /// <summary>The macro as a value; it sees the variables around its definition.</summary>
    public Callable Close(Scope scope) => new(Name, (_, arguments) => Run(scope.Capturing(), arguments));

    private string Run(Scope scope, Arguments arguments)
    {
        var named = new Dictionary<string, object>(arguments.Named);
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, fallback) = Parameters[i];
            object? value = null;
            if (i < arguments.Positional.Count) value = arguments.Positional[i];
            else if (named.Remove(name, out var given)) value = given;
            scope.Set(name, value ?? new Undefined($"parameter '{name}' was not provided"));
            if (value is null && fallback is not null) scope.Set(name, fallback.Evaluate(scope));
        }

        Accept(scope, named, [.. arguments.Positional.Skip(Parameters.Count)!]);
        Statement.Execute(Body, scope);
        return scope.Output.ToString();
    }

    private void Accept(Scope scope, Dictionary<string, object> named, object[] positional)
    {
        if (Extras.Contains("caller") && Parameters.All(parameter => parameter.Name != "caller"))
        {
            scope.Set("caller", named.Remove("caller", out var caller) ? caller : new Undefined("No caller defined"));
        }

        if (Extras.Contains("kwargs")) scope.Set("kwargs", DictOf(named));
        else if (named.Count > 0) throw new TemplateError($"macro '{Name}' takes no keyword argument '{named.Keys.First()}'");
        if (Extras.Contains("varargs")) scope.Set("varargs", new PyTuple(positional));
        else if (positional.Length > 0) throw new TemplateError($"macro '{Name}' takes not more than {Parameters.Count} argument(s)");
    }

    private static PyDict DictOf(Dictionary<string, object> named)
    {
        var dict = new PyDict();
        foreach (var (name, value) in named) dict.Set(name, value);
        return dict;
    }
}

/// <summary><c>{% macro name(parameters) %}</c>.</summary>
internal sealed class Macro(int line, MacroDefinition definition) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        scope.Set(definition.Name, definition.Close(scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(parameters) name(arguments) %}</c>: the macro gets the body as caller.</summary>
internal sealed class CallBlock(int line, MacroDefinition body, Call call) : Statement(line)
{
    protected override Flow Run(Scope scope)
    {
        scope.Output.Write(Repr.Text(call.Invoke(scope, body.Close(scope))));
        return Flow.Next;
    }
}

/// <summary><c>{% generation %}</c>, which marks the assistant's text for training: written as it is, in a scope of its own.</summary>
internal sealed class Generation(int line, IReadOnlyList<Statement> body) : Statement(line)
{
    protected override Flow Run(Scope scope) => Execute(body, scope.Inner());
}
