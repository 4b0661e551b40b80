using System.Numerics;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Python's bool(): empty, zero, None and undefined values are false.</summary>
internal static class Truth
{
    /// <summary>Whether a value counts as true.</summary>
    public static bool Of(object value) => value switch
    {
        bool flag => flag,
        None or Undefined => false,
        string text => text.Length > 0,
        Markup markup => markup.Text.Length > 0,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        PyList list => list.Items.Count > 0,
        PyTuple tuple => tuple.Items.Count > 0,
        PyView view => view.Items.Count > 0,
        PyDict dict => dict.Count > 0,
        PyRange range => range.Count > 0,
        _ => true,
    };
}
