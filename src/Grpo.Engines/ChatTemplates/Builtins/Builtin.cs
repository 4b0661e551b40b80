using System.Collections.Frozen;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>A filter, test or method.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters after the value, a question mark behind those that may be missing; * takes any arguments.</param>
/// <param name="Body">What it makes of the value.</param>
internal sealed record Builtin(string Name, string Parameters, Func<RenderState, object, Arguments, object> Body)
{
    private readonly string[] _parameters = Parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Applies it to a value.</summary>
    /// <exception cref="TemplateError">The arguments do not fit, or it cannot be applied.</exception>
    public object Invoke(RenderState state, object value, Arguments arguments)
    {
        if (value is string or Markup) Work.Read(Repr.Text(value).Length);
        return Body(state, value, Parameters == "*" ? arguments : arguments.Bind(Name, _parameters));
    }

    /// <summary>A table of builtins by name.</summary>
    public static FrozenDictionary<string, Builtin> Table(params IEnumerable<Builtin>[] groups) =>
        groups.SelectMany(group => group).ToFrozenDictionary(builtin => builtin.Name);
}
