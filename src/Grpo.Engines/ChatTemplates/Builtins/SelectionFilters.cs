using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Filters that apply a test or a filter to every element. Their results are generators: made when asked for, once.</summary>
internal static class SelectionFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("select", "*", (state, value, args) => Select(state, value, args, attribute: false, wanted: true)),
        new("reject", "*", (state, value, args) => Select(state, value, args, attribute: false, wanted: false)),
        new("selectattr", "*", (state, value, args) => Select(state, value, args, attribute: true, wanted: true)),
        new("rejectattr", "*", (state, value, args) => Select(state, value, args, attribute: true, wanted: false)),
        new("map", "*", Map),
    ];

    private static PyGenerator Select(RenderState state, object value, Arguments args, bool attribute, bool wanted)
    {
        if (attribute && args.Positional.Count == 0) throw new TemplateError("Missing parameter for attribute name");
        var key = ItemKey.Attribute(attribute ? args[0] : null);
        var rest = attribute ? After(args, 1) : args;
        Func<object, bool> holds = Truth.Of;
        if (rest.Positional.Count > 0)
        {
            var test = Tests.Get(rest.Text(0));
            var further = After(rest, 1);
            holds = item => Truth.Of(test.Invoke(state, item, further));
        }

        return new PyGenerator(Sequence.Iterate(value).Where(item => holds(key(item)) == wanted));
    }

    private static PyGenerator Map(RenderState state, object value, Arguments args)
    {
        if (args.Positional.Count > 0)
        {
            var filter = Filters.Get(args.Text(0));
            var further = After(args, 1);
            return new PyGenerator(Sequence.Iterate(value).Select(item => state.Made(filter.Invoke(state, item, further))));
        }

        if (!args.Named.TryGetValue("attribute", out var path)) throw new TemplateError("map requires a filter argument");
        if (args.Named.Keys.FirstOrDefault(name => name is not ("attribute" or "default")) is { } unknown) throw new TemplateError($"Unexpected keyword argument '{unknown}'");
        return new PyGenerator(Sequence.Iterate(value).Select(ItemKey.Attribute(path, args.Named.GetValueOrDefault("default"))));
    }

    private static Arguments After(Arguments args, int count) => args with { Positional = [.. args.Positional.Skip(count)] };
}
