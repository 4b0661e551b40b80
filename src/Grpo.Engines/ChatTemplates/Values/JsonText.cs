using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Grpo.Engines.ChatTemplates.Evaluation;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's json.dumps().</summary>
/// <param name="ensureAscii">Whether characters beyond ASCII are escaped.</param>
/// <param name="indent">Text of one level, null to keep everything on one line.</param>
/// <param name="itemSeparator">What stands between elements.</param>
/// <param name="keySeparator">What stands between a key and its value.</param>
/// <param name="sortKeys">Whether keys are sorted.</param>
internal sealed class JsonText(bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _text = new();

    /// <summary>The JSON of a value.</summary>
    /// <exception cref="TemplateError">The value, or one in it, has no JSON.</exception>
    public string Of(object value)
    {
        _text.Clear();
        Append(value, 0);
        return _text.ToString();
    }

    private void Append(object value, int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case None: _text.Append("null"); break;
            case bool flag: _text.Append(flag ? "true" : "false"); break;
            case BigInteger number: _text.Append(number); break;
            case double number: _text.Append(FloatOf(number)); break;
            case string or Markup: Quote(Repr.Text(value)); break;
            case PyList list: Items('[', list.Items, depth, item => Append(item, depth + 1), ']'); break;
            case PyTuple tuple: Items('[', tuple.Items, depth, item => Append(item, depth + 1), ']'); break;
            case PyDict dict: Items('{', Entries(dict), depth, entry => Entry(entry, depth), '}'); break;
            default: throw new TemplateError($"Object of type {TypeName.Of(value)} is not JSON serializable");
        }
    }

    private void Items<T>(char open, IReadOnlyList<T> items, int depth, Action<T> append, char close)
    {
        _text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) _text.Append(itemSeparator);
            if (_text.Length + ((depth + 1L) * (indent?.Length ?? 0)) > TemplateLimits.Characters) throw RenderState.TextTooLong();
            Break(depth + 1);
            append(items[i]);
        }

        if (items.Count > 0) Break(depth);
        _text.Append(close);
    }

    private void Break(int depth)
    {
        if (indent is null) return;
        _text.Append('\n');
        for (var i = 0; i < depth; i++) _text.Append(indent);
    }

    private IReadOnlyList<KeyValuePair<object, object>> Entries(PyDict dict) =>
        sortKeys ? [.. dict.Entries.OrderBy(entry => entry.Key, PyOrder.Sorting)] : [.. dict.Entries];

    private void Entry(KeyValuePair<object, object> entry, int depth)
    {
        Quote(entry.Key switch
        {
            string or Markup => Repr.Text(entry.Key),
            None => "null",
            bool flag => flag ? "true" : "false",
            BigInteger number => number.ToString(),
            double number => FloatOf(number),
            _ => throw new TemplateError($"keys must be str, int, float, bool or None, not {TypeName.Of(entry.Key)}"),
        });
        _text.Append(keySeparator);
        Append(entry.Value, depth + 1);
    }

    private static string FloatOf(double number) => double.IsNaN(number) ? "NaN"
        : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity"
        : Repr.Of(number);

    private void Quote(string value)
    {
        _text.Append('"');
        foreach (var unit in value)
        {
            switch (unit)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append(@"\\"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case '\f': _text.Append("\\f"); break;
                case '\b': _text.Append("\\b"); break;
                case < ' ': _text.Append($"\\u{(int)unit:x4}"); break;
                case > '~' when ensureAscii: _text.Append($"\\u{(int)unit:x4}"); break;
                default: _text.Append(unit); break;
            }
        }

        _text.Append('"');
    }
}
