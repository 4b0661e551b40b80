using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Filters that compare elements. Text compares without case unless the template says otherwise.</summary>
internal static class OrderFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("sort", "reverse? case_sensitive? attribute?", (_, value, args) => new PyList([.. Sorted(Sequence.Iterate(value), ItemKey.ComparingMany(args[2], args.Flag(1)), args.Flag(0))])),
        new("dictsort", "case_sensitive? by? reverse?", DictSort),
        new("min", "case_sensitive? attribute?", (_, value, args) => Extreme(value, args, sign: -1)),
        new("max", "case_sensitive? attribute?", (_, value, args) => Extreme(value, args, sign: 1)),
        new("unique", "case_sensitive? attribute?", (_, value, args) => new PyGenerator(Sequence.Iterate(value).DistinctBy(ItemKey.Comparing(args[1], args.Flag(0)), PyEquality.Comparer))),
        new("groupby", "attribute default? case_sensitive?", GroupBy),
    ];

    /// <summary>Stable in both directions, as Python sorts.</summary>
    private static IEnumerable<T> Sorted<T>(IEnumerable<T> items, Func<T, object> key, bool reverse) =>
        reverse ? items.OrderByDescending(key, PyOrder.Sorting) : items.OrderBy(key, PyOrder.Sorting);

    private static PyList DictSort(RenderState state, object value, Arguments args)
    {
        if (value is not PyDict dict) throw new TemplateError($"'{TypeName.Of(value)}' object has no attribute 'items'");
        var index = args.Text(1, "key") switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw new TemplateError("You can only sort by either \"key\" or \"value\""),
        };
        var items = Methods.Items(dict).Items.Cast<PyTuple>();
        return new PyList([.. Sorted(items, item => ItemKey.Folded(item.Items[index], args.Flag(0)), args.Flag(2))]);
    }

    private static object Extreme(object value, Arguments args, int sign)
    {
        var key = ItemKey.Comparing(args[1], args.Flag(0));
        object? best = null;
        foreach (var item in Sequence.Iterate(value))
        {
            if (best is null || PyOrder.Compare(key(item), key(best), sign < 0 ? "<" : ">") * sign > 0) best = item;
        }

        return best ?? new Undefined("No aggregated item, sequence was empty.");
    }

    private static PyList GroupBy(RenderState state, object value, Arguments args)
    {
        var attribute = ItemKey.Attribute(args[0], args[1]);
        var caseSensitive = args.Flag(2);
        object Key(object item) => ItemKey.Folded(attribute(item), caseSensitive);
        return new PyList([.. Sorted(Sequence.Iterate(value), Key, reverse: false)
            .GroupBy(Key, PyEquality.Comparer)
            .Select(group => new PyTuple([attribute(group.First()), new PyList([.. group])]) { Names = ["grouper", "list"] })]);
    }
}
