using System.Globalization;
using System.Text;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Python's escapes inside string literals.</summary>
internal static class StringLiteral
{
    /// <summary>The string a literal stands for; an escape Python does not know stays as it is written.</summary>
    /// <param name="body">What stands between the quotes.</param>
    /// <param name="line">Line, for messages.</param>
    /// <exception cref="TemplateError">An escape of a code has too few digits, or names no character.</exception>
    public static string Unescape(string body, int line)
    {
        if (!body.Contains('\\')) return body;
        var text = new StringBuilder(body.Length);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\') text.Append(body[i]);
            else i = Escape(body, i + 1, text, line);
        }

        return text.ToString();
    }

    /// <summary>Appends the character of an escape; the result is the index of the escape's last character.</summary>
    private static int Escape(string body, int at, StringBuilder text, int line)
    {
        switch (body[at])
        {
            case '\n': return at;
            case '\\' or '\'' or '"': text.Append(body[at]); return at;
            case 'n': text.Append('\n'); return at;
            case 't': text.Append('\t'); return at;
            case 'r': text.Append('\r'); return at;
            case 'a': text.Append('\a'); return at;
            case 'b': text.Append('\b'); return at;
            case 'f': text.Append('\f'); return at;
            case 'v': text.Append('\v'); return at;
            case 'x': return Code(body, at + 1, 2, text, line);
            case 'u': return Code(body, at + 1, 4, text, line);
            case 'U': return Code(body, at + 1, 8, text, line);
            case >= '0' and <= '7': return Octal(body, at, text);
            default: text.Append('\\').Append(body[at]); return at;
        }
    }

    private static int Code(string body, int at, int digits, StringBuilder text, int line)
    {
        if (at + digits > body.Length
            || !int.TryParse(body.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw new TemplateError("a character escape is truncated or names no character", line);
        }

        if (code < 0x10000) text.Append((char)code);
        else text.Append(char.ConvertFromUtf32(code));
        return at + digits - 1;
    }

    private static int Octal(string body, int at, StringBuilder text)
    {
        var code = 0;
        var end = at;
        while (end < body.Length && end < at + 3 && body[end] is >= '0' and <= '7') code = (code * 8) + body[end++] - '0';
        text.Append((char)code);
        return end - 1;
    }
}
