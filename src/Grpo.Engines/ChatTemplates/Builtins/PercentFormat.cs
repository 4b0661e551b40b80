using System.Text;
using System.Text.RegularExpressions;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Python's <c>'...' % values</c>.</summary>
internal static partial class PercentFormat
{
    /// <summary>The format with its fields filled, from a tuple in order, from a dict by name, or from one value.</summary>
    /// <exception cref="TemplateError">A field is malformed, or there are too few or too many values.</exception>
    public static object Apply(RenderState state, object format, object values)
    {
        var source = Repr.Text(format);
        var queue = new Queue<object>(values is PyTuple tuple ? tuple.Items : [values]);
        var text = new StringBuilder();
        var position = 0;
        var named = false;
        for (var at = source.IndexOf('%'); at >= 0; at = source.IndexOf('%', position))
        {
            var field = Field().Match(source, at);
            if (!field.Success) throw new TemplateError("incomplete or unsupported format");
            text.Append(source, position, at - position).Append(Written(state, field, format, values, queue));
            named |= field.Groups["name"].Success;
            position = at + field.Length;
            if (text.Length > TemplateLimits.Characters) throw RenderState.TextTooLong();
        }

        if (queue.Count > 0 && !named && values is not (PyDict or PyList)) throw new TemplateError("not all arguments converted during string formatting");
        return state.Made(Escaping.Like(format, text.Append(source, position, source.Length - position).ToString()));
    }

    private static string Written(RenderState state, Match field, object format, object values, Queue<object> queue)
    {
        var type = field.Groups["type"].Value[0];
        if (type == '%') return "%";
        var width = field.Groups["width"].Value == "*" ? Star(queue) : FormatSpec.Digits(field.Groups["width"].Value) ?? 0;
        int? precision = !field.Groups["precision"].Success ? null
            : field.Groups["precision"].Value == "*" ? Star(queue, FormatSpec.MostDigits) : FormatSpec.Digits(field.Groups["precision"].Value, FormatSpec.MostDigits) ?? 0;
        var value = Value(field.Groups["name"], values, queue);
        var flags = field.Groups["flags"].Value;
        var number = type is not ('s' or 'r' or 'a' or 'c');
        if (number && !Number.Is(value)) throw new TemplateError($"%{type} format: a real number is required, not {TypeName.Of(value)}");
        if (type is 'd' or 'i' or 'u') value = value is double real ? NumberFilters.Truncated(real) : Number.Integer(value)!.Value;
        var spec = new FormatSpec
        {
            Fill = number && flags.Contains('0') && !flags.Contains('-') ? '0' : ' ',
            Align = flags.Contains('-') ? '<' : number && flags.Contains('0') ? '=' : '>',
            Sign = !number ? null : flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : null,
            Alternate = flags.Contains('#'),
            Width = width,
            Precision = type is 'd' or 'i' or 'u' ? null : precision,
            Type = type switch { 'r' or 'a' or 'c' => 's', 'i' or 'u' => 'd', _ => type },
        };
        return spec.Format(state, type switch
        {
            's' => format is Markup ? Escaping.Escape(value) : Repr.Text(value),
            'r' or 'a' => Repr.Of(value),
            'c' when Number.Clamped(value) is { } code => char.ConvertFromUtf32(code),
            _ => value,
        });
    }

    private static object Value(Group name, object values, Queue<object> queue)
    {
        if (name.Success)
        {
            var dict = values as PyDict ?? throw new TemplateError("format requires a mapping");
            return dict.Find(name.Value) ?? throw new TemplateError($"KeyError: '{name.Value}'");
        }

        return queue.TryDequeue(out var value) ? value : throw new TemplateError("not enough arguments for format string");
    }

    private static int Star(Queue<object> queue, int most = TemplateLimits.Elements)
    {
        if (!queue.TryDequeue(out var value) || Number.Clamped(value) is not { } number) throw new TemplateError("* wants int");
        return FormatSpec.Digits(Math.Abs((long)number).ToString(), most)!.Value;
    }

    [GeneratedRegex(@"\G%(?:\((?<name>[^)]*)\))?(?<flags>[-+ #0]*)(?<width>\d*|\*)(?:\.(?<precision>\d*|\*))?[hlL]?(?<type>[sradiufFeEgGxXoc%])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();
}
