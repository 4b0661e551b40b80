using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Grpo.Jobs.Datasets;

/// <summary>Whether the text in a piece of JSON can be read. The reader of JSON finds out only when the text is used, far from who sent it.</summary>
internal static class JsonUnicode
{
    /// <summary>What holds of JSON that can be read.</summary>
    public const string Rule = "Holds text that is not valid Unicode.";

    /// <summary>Whether bytes and escapes, such as <c>\ud800</c>, are Unicode.</summary>
    public static bool IsValid(JsonElement json)
    {
        var raw = JsonMarshal.GetRawUtf8Value(json);
        if (!Utf8.IsValid(raw)) return false;
        if (raw.IndexOf("\\u"u8) < 0) return true;
        try
        {
            JsonSerializer.Serialize(json, JobJson.Options);
            return true;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }
}
