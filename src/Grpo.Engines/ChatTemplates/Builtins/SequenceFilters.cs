using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Filters on what has elements, and default.</summary>
internal static class SequenceFilters
{
    /// <summary>The filters.</summary>
    public static IEnumerable<Builtin> All =>
    [
        new("default", "default_value? boolean?", Default),
        new("d", "default_value? boolean?", Default),
        new("length", "", (_, value, _) => Length(value)),
        new("count", "", (_, value, _) => Length(value)),
        new("list", "", (_, value, _) => new PyList([.. Sequence.Iterate(value)])),
        new("first", "", (_, value, _) => Sequence.Iterate(value).FirstOrDefault() ?? new Undefined("No first item, sequence was empty.")),
        new("last", "", (_, value, _) => Sequence.Iterate(value).LastOrDefault() ?? new Undefined("No last item, sequence was empty.")),
        new("reverse", "", (_, value, _) => Reverse(value)),
        new("items", "", (_, value, _) => Items(value)),
        new("join", "d? attribute?", Join),
        new("attr", "name", (_, value, args) => value is Undefined missing ? throw missing.Used() : Own(value, args.Text(0))),
        new("batch", "linecount fill_with?", (_, value, args) => new PyGenerator(Batch(Sequence.Iterate(value), args.Integer(0), args[1]))),
        new("slice", "slices fill_with?", (_, value, args) => new PyGenerator(Slices(Sequence.ToList(value), args.Integer(0), args[1]))),
    ];

    private static object Default(RenderState state, object value, Arguments args) =>
        value is Undefined || (args.Flag(1) && !Truth.Of(value)) ? args[0] ?? "" : value;

    private static object Length(object value) =>
        Sequence.Count(Sequence.Length(value) ?? throw new TemplateError($"object of type '{TypeName.Of(value)}' has no len()"));

    private static object Reverse(object value) => value switch
    {
        string or Markup => Slice.Of(value, None.Value, None.Value, BigInteger.MinusOne)!,
        _ => new PyGenerator(Sequence.ToList(value).Reverse()),
    };

    private static PyGenerator Items(object value) => value switch
    {
        Undefined => new PyGenerator([]),
        PyDict dict => new PyGenerator(Methods.Items(dict).Items),
        _ => throw new TemplateError("Can only get item pairs from a mapping."),
    };

    private static object Own(object value, string name) =>
        value is PyDict && Methods.Find(value, name) is null ? Undefined.Member(value, name) : Member.Attribute(value, name);

    private static string Join(RenderState state, object value, Arguments args)
    {
        var attribute = ItemKey.Attribute(args[1]);
        var separator = args.Text(0);
        var texts = new List<string>();
        var length = 0L;
        foreach (var item in Sequence.Iterate(value))
        {
            texts.Add(Repr.Text(attribute(item)));
            length += texts[^1].Length + separator.Length;
            if (length > TemplateLimits.Characters) throw RenderState.TextTooLong();
        }

        return string.Join(separator, texts);
    }

    private static IEnumerable<object> Batch(IEnumerable<object> items, int count, object? fill)
    {
        var batch = new List<object>();
        foreach (var item in items)
        {
            if (batch.Count == count)
            {
                yield return new PyList(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count == 0) yield break;
        yield return new PyList(fill is null or None ? batch : [.. batch, .. Enumerable.Repeat(fill, Bounded(count - batch.Count))]);
    }

    private static IEnumerable<object> Slices(IReadOnlyList<object> items, int count, object? fill)
    {
        if (Bounded(count) <= 0) throw new TemplateError("slice() needs at least one slice");
        var (each, longer) = Math.DivRem(items.Count, count);
        for (var (i, start) = (0, 0); i < count; i++)
        {
            var size = i < longer ? each + 1 : each;
            var part = items.Skip(start).Take(size);
            yield return new PyList(fill is null or None || i < longer ? [.. part] : [.. part, fill]);
            start += size;
        }
    }

    private static int Bounded(int count) =>
        count <= TemplateLimits.Elements ? Math.Max(0, count) : throw new TemplateError($"a list is longer than {TemplateLimits.Elements} elements");
}
