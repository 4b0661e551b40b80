using System.Text;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Python's str.format(), with the attribute access of the sandbox.</summary>
internal sealed class BraceFormat
{
    private readonly RenderState _state;
    private readonly Arguments _arguments;
    private int _automatic;
    private bool _numbered;

    private BraceFormat(RenderState state, Arguments arguments) => (_state, _arguments) = (state, arguments);

    /// <summary>The format with its fields filled.</summary>
    /// <exception cref="TemplateError">A field is malformed, or its value is missing.</exception>
    public static string Apply(RenderState state, string format, Arguments arguments) => new BraceFormat(state, arguments).Expand(format, 2);

    private string Expand(string format, int depth)
    {
        if (depth == 0) throw new TemplateError("Max string recursion exceeded");
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] is not ('{' or '}'))
            {
                text.Append(format[i]);
            }
            else if (i + 1 < format.Length && format[i + 1] == format[i])
            {
                text.Append(format[i++]);
            }
            else
            {
                var end = format[i] == '{' ? End(format, i) : throw new TemplateError("Single '}' encountered in format string");
                text.Append(Field(format[(i + 1)..end], depth));
                i = end;
            }

            if (text.Length > TemplateLimits.Characters) throw RenderState.TextTooLong();
        }

        return text.ToString();
    }

    private static int End(string format, int open)
    {
        for (var (i, depth) = (open, 0); i < format.Length; i++)
        {
            if (format[i] == '{') depth++;
            if (format[i] == '}' && --depth == 0) return i;
        }

        throw new TemplateError("expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        var (name, spec) = colon < 0 ? (field, "") : (field[..colon], Expand(field[(colon + 1)..], depth - 1));
        var mark = name.IndexOf('!', StringComparison.Ordinal);
        var value = Value(mark < 0 ? name : name[..mark]);
        if (mark >= 0) value = name[(mark + 1)..] is "r" or "a" ? Repr.Of(value) : Repr.Text(value);
        if (value is None or PyList or PyDict or PyTuple && spec.Length > 0) throw new TemplateError($"unsupported format string passed to {TypeName.Of(value)}.__format__");
        return spec.Length == 0 ? Repr.Text(value) : FormatSpec.Parse(spec).Format(_state, value);
    }

    private object Value(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var value = First(end < 0 ? path : path[..end]);
        for (var i = end < 0 ? path.Length : end; i < path.Length;)
        {
            var stop = path[i] == '[' ? path.IndexOf(']', i) : path.AsSpan(i + 1).IndexOfAny('.', '[') is var next && next < 0 ? path.Length : i + 1 + next;
            if (stop < 0) throw new TemplateError("Missing ']' in format string");
            var key = path[(i + 1)..stop];
            value = path[i] == '.' ? Member.Attribute(value, key) : Member.Item(value, Number.Parse(key) is { } index ? index : key);
            if (value is Undefined missing) throw missing.Used();
            i = path[i] == '[' ? stop + 1 : stop;
        }

        return value;
    }

    private object First(string name)
    {
        var automatic = name.Length == 0;
        if (automatic) name = _automatic.ToString();
        if (Number.Parse(name) is { } index)
        {
            if (automatic ? _numbered : _automatic > 0) throw new TemplateError("cannot switch between automatic field numbering and manual field specification");
            if (automatic) _automatic++;
            else _numbered = true;
            return index < _arguments.Positional.Count ? _arguments.Positional[(int)index]! : throw new TemplateError($"Replacement index {index} out of range for positional args tuple");
        }

        return _arguments.Named.GetValueOrDefault(name) ?? throw new TemplateError($"KeyError: '{name}'");
    }
}
