using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation.Expressions;

/// <summary>The arguments as a call writes them.</summary>
/// <param name="Positional">By position.</param>
/// <param name="Named">By name.</param>
/// <param name="Spread">What stands after one asterisk: further arguments by position.</param>
/// <param name="NamedSpread">What stands after two asterisks: further arguments by name.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    /// <summary>No arguments.</summary>
    public static ArgumentList Empty { get; } = new([], [], null, null);

    /// <summary>The arguments' values.</summary>
    /// <exception cref="TemplateError">What is spread cannot be, or a name is given twice.</exception>
    public Arguments Evaluate(Scope scope)
    {
        List<object> positional = [.. Positional.Select(argument => argument.Evaluate(scope))];
        if (Spread is not null) positional.AddRange(Sequence.Iterate(Spread.Evaluate(scope)));
        Work.Step(positional.Count);
        if (Named.Count == 0 && NamedSpread is null) return new(positional, Arguments.Empty.Named);
        var named = new Dictionary<string, object>();
        foreach (var (name, value) in Named) Add(named, name, value.Evaluate(scope));
        if (NamedSpread?.Evaluate(scope) is { } spread)
        {
            var dict = spread as PyDict ?? throw new TemplateError("argument after ** must be a mapping");
            foreach (var (key, value) in dict.Entries) Add(named, key as string ?? throw new TemplateError("keywords must be strings"), value);
        }

        return new(positional, named);
    }

    private static void Add(Dictionary<string, object> named, string name, object value)
    {
        if (!named.TryAdd(name, value)) throw new TemplateError($"keyword argument repeated: {name}");
    }
}
