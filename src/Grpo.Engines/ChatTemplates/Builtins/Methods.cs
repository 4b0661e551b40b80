using System.Collections.Frozen;
using System.Numerics;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Methods of texts, dicts, lists and tuples. Those that would change their object are refused, as Jinja2's immutable sandbox does.</summary>
internal static class Methods
{
    private static readonly FrozenDictionary<string, Builtin> OfText =
        Builtin.Table(StringStripMethods.All, StringSplitMethods.All, StringSearchMethods.All, StringCaseMethods.All);

    private static readonly FrozenDictionary<string, Builtin> OfDict = Builtin.Table(DictMethods());
    private static readonly FrozenDictionary<string, Builtin> OfList = Builtin.Table(ListMethods());
    private static readonly string[] DictChanges = ["clear", "pop", "popitem", "setdefault", "update"];
    private static readonly string[] ListChanges = ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];

    /// <summary>A method of a value, null where it has none of that name.</summary>
    public static Builtin? Find(object owner, string name) => owner switch
    {
        string => OfText.GetValueOrDefault(name),
        Markup => OfText.GetValueOrDefault(name) is { } method ? method with { Body = (state, value, arguments) => Rewrapped(method.Body(state, Repr.Text(value), arguments)) } : null,
        PyDict => OfDict.GetValueOrDefault(name),
        PyList or PyTuple or PyRange => OfList.GetValueOrDefault(name),
        _ => null,
    };

    /// <summary>Whether Python's type has a method of that name which changes its object.</summary>
    public static bool ChangesItsObject(object owner, string name) =>
        (owner is PyDict && DictChanges.Contains(name)) || (owner is PyList && ListChanges.Contains(name));

    private static object Rewrapped(object result) => result switch
    {
        string text => new Markup(text),
        PyList list => new PyList([.. list.Items.Select(Rewrapped)]),
        PyTuple tuple => new PyTuple([.. tuple.Items.Select(Rewrapped)]),
        _ => result,
    };

    private static IEnumerable<Builtin> DictMethods() =>
    [
        new("keys", "", (_, value, _) => new PyView("keys", [.. ((PyDict)value).Keys])),
        new("values", "", (_, value, _) => new PyView("values", [.. ((PyDict)value).Values])),
        new("items", "", (_, value, _) => Items((PyDict)value)),
        new("get", "key default?", (_, value, args) => ((PyDict)value).Find(args[0]!) ?? args[1] ?? None.Value),
        new("copy", "", (_, value, _) => value),
    ];

    private static IEnumerable<Builtin> ListMethods() =>
    [
        new("count", "value", (_, value, args) => Sequence.Count(Sequence.Iterate(value).Count(item => PyEquality.Same(item, args[0]!)))),
        new("index", "value start? stop?", (_, value, args) => Index(value, args[0]!, args.Integer(1), args.Integer(2, int.MaxValue))),
        new("copy", "", (_, value, _) => value),
    ];

    /// <summary>Keys and values of a dict as tuples.</summary>
    public static PyView Items(PyDict dict) => new("items", [.. dict.Entries.Select(entry => new PyTuple([entry.Key, entry.Value]))]);

    private static BigInteger Index(object value, object sought, int start, int stop)
    {
        var items = Sequence.ToList(value);
        for (var i = start < 0 ? Math.Max(0, items.Count + start) : start; i < Math.Min(items.Count, stop < 0 ? items.Count + stop : stop); i++)
        {
            if (PyEquality.Same(items[i], sought)) return i;
        }

        throw new TemplateError($"{Repr.Of(sought)} is not in list");
    }
}
