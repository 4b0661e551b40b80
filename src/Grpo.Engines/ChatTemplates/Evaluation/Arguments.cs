using System.Numerics;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>Arguments of a call. After <see cref="Bind"/> they stand in the order of the parameters, null where none was given.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object> Named)
{
    /// <summary>No arguments.</summary>
    public static Arguments Empty { get; } = new([], new Dictionary<string, object>());

    /// <summary>The argument at a position, null where none was given.</summary>
    public object? this[int index] => index < Positional.Count ? Positional[index] : null;

    /// <summary>Arguments by position.</summary>
    public static Arguments Of(params IReadOnlyList<object> values) => new(values, Empty.Named);

    /// <summary>The arguments in the order of the parameters.</summary>
    /// <param name="owner">Whose arguments, for messages.</param>
    /// <param name="parameters">Names, with a question mark where an argument may be missing.</param>
    /// <exception cref="TemplateError">An argument is missing, unknown or one too many.</exception>
    public Arguments Bind(string owner, string[] parameters)
    {
        if (Positional.Count > parameters.Length) throw new TemplateError($"{owner}() takes at most {parameters.Length} arguments ({Positional.Count} given)");
        var values = new object?[parameters.Length];
        var named = 0;
        for (var i = 0; i < parameters.Length; i++)
        {
            var name = parameters[i].TrimEnd('?');
            values[i] = i < Positional.Count ? Positional[i] : null;
            if (Named.TryGetValue(name, out var value))
            {
                if (values[i] is not null) throw new TemplateError($"{owner}() got multiple values for argument '{name}'");
                values[i] = value;
                named++;
            }

            if (values[i] is null && name.Length == parameters[i].Length) throw new TemplateError($"{owner}() missing required argument '{name}'");
        }

        return named == Named.Count ? new(values, Empty.Named) : throw new TemplateError($"{owner}() got an unexpected keyword argument");
    }

    /// <summary>Text of an argument.</summary>
    public string Text(int index, string missing = "") => this[index] is { } value ? Repr.Text(value) : missing;

    /// <summary>Text of an argument, null where it is missing or None.</summary>
    public string? TextOrNull(int index) => this[index] is null or None ? null : Text(index);

    /// <summary>Truth of an argument.</summary>
    public bool Flag(int index, bool missing = false) => this[index] is { } value ? Truth.Of(value) : missing;

    /// <summary>An integer argument.</summary>
    /// <exception cref="TemplateError">It is no integer.</exception>
    public int Integer(int index, int missing = 0) => this[index] switch
    {
        null => missing,
        { } value => Number.Clamped(value) ?? throw new TemplateError($"'{TypeName.Of(value)}' object cannot be interpreted as an integer"),
    };
}
