using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;
using Grpo.Rollouts;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>The functions every template has.</summary>
internal static class Globals
{
    /// <summary>Sets them as variables.</summary>
    public static void Define(Scope scope)
    {
        foreach (var (name, body) in All) scope.Set(name, new Callable(name, body));
    }

    private static readonly Dictionary<string, Func<RenderState, Arguments, object>> All = new()
    {
        ["raise_exception"] = (_, arguments) => throw new ChatTemplateException(arguments.Bind("raise_exception", ["message"]).Text(0)),
        ["strftime_now"] = (state, arguments) => TimeFormat.Format(state.Time.GetUtcNow(), arguments.Bind("strftime_now", ["format"]).Text(0)),
        ["range"] = (_, arguments) => Range(arguments),
        ["namespace"] = (_, arguments) => Namespace(arguments),
        ["dict"] = (_, arguments) => DictOf(arguments),
        ["cycler"] = (_, arguments) => new Cycler([.. arguments.Positional!]),
        ["joiner"] = (_, arguments) => Joiner(arguments.Bind("joiner", ["sep?"]).Text(0, ", ")),
    };

    private static PyRange Range(Arguments arguments)
    {
        var bound = arguments.Bind("range", ["start", "stop?", "step?"]);
        var (start, stop) = bound[1] is null ? (0, bound.Integer(0)) : (bound.Integer(0), bound.Integer(1));
        var step = bound.Integer(2, 1);
        if (step == 0) throw new TemplateError("range() arg 3 must not be zero");
        var range = new PyRange(start, stop, step);
        return range.Count <= TemplateLimits.Elements ? range : throw new TemplateError($"a range has more than {TemplateLimits.Elements} elements");
    }

    private static PyNamespace Namespace(Arguments arguments)
    {
        var space = new PyNamespace();
        foreach (var (key, value) in DictOf(arguments).Entries) space.Attributes[Repr.Text(key)] = value;
        return space;
    }

    private static PyDict DictOf(Arguments arguments)
    {
        if (arguments.Positional.Count > 1) throw new TemplateError($"dict expected at most 1 argument, got {arguments.Positional.Count}");
        var dict = new PyDict();
        if (arguments[0] is PyDict source)
        {
            foreach (var (key, value) in source.Entries) dict.Set(key, value);
        }
        else if (arguments[0] is { } pairs)
        {
            foreach (var pair in Sequence.Iterate(pairs))
            {
                if (Sequence.ToList(pair) is not [var key, var value]) throw new TemplateError("dictionary update sequence element has no length of 2");
                dict.Set(key, value);
            }
        }

        foreach (var (name, value) in arguments.Named) dict.Set(name, value);
        return dict;
    }

    private static Callable Joiner(string separator)
    {
        var used = false;
        return new Callable("joiner", (_, _) =>
        {
            if (used) return separator;
            used = true;
            return "";
        });
    }

    /// <summary>Goes round its items, one further with every next().</summary>
    private sealed class Cycler(object[] items) : IMembers
    {
        private int _position;

        public object? Member(string member) => member switch
        {
            "current" => Current,
            "next" => new Callable(member, (_, _) =>
            {
                var current = Current;
                _position = (_position + 1) % items.Length;
                return current;
            }),
            "reset" => new Callable(member, (_, _) =>
            {
                _position = 0;
                return None.Value;
            }),
            _ => null,
        };

        private object Current => items.Length > 0 ? items[_position] : throw new TemplateError("at least one item has to be provided");
    }
}
