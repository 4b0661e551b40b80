using System.Globalization;
using System.Text;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>Python's strftime() in the C locale.</summary>
internal static class TimeFormat
{
    /// <summary>A time as a format says; a code that does not exist stays as it is written.</summary>
    public static string Format(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var unpadded = format[i + 1] == '-' && i + 2 < format.Length;
            i += unpadded ? 2 : 1;
            var field = Field(time, format[i]) ?? $"%{(unpadded ? "-" : "")}{format[i]}";
            text.Append(unpadded && field.Length > 1 ? field.TrimStart('0', ' ') is { Length: > 0 } digits ? digits : "0" : field);
        }

        return text.ToString();
    }

    private static string? Field(DateTimeOffset time, char code) => code switch
    {
        'Y' => Text(time, "yyyy"),
        'C' => $"{time.Year / 100:00}",
        'y' => Text(time, "yy"),
        'm' => Text(time, "MM"),
        'd' => Text(time, "dd"),
        'e' => $"{time.Day,2}",
        'H' => Text(time, "HH"),
        'I' => Text(time, "hh"),
        'k' => $"{time.Hour,2}",
        'l' => $"{((time.Hour + 11) % 12) + 1,2}",
        'M' => Text(time, "mm"),
        'S' => Text(time, "ss"),
        'f' => Text(time, "ffffff"),
        'p' => Text(time, "tt"),
        'P' => Text(time, "tt").ToLowerInvariant(),
        'B' => Text(time, "MMMM"),
        'b' or 'h' => Text(time, "MMM"),
        'A' => Text(time, "dddd"),
        'a' => Text(time, "ddd"),
        'j' => $"{time.DayOfYear:000}",
        'u' => $"{(((int)time.DayOfWeek + 6) % 7) + 1}",
        'w' => $"{(int)time.DayOfWeek}",
        'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}",
        'W' => $"{(time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7:00}",
        'V' => $"{ISOWeek.GetWeekOfYear(time.DateTime):00}",
        'G' => $"{ISOWeek.GetYear(time.DateTime):0000}",
        's' => $"{time.ToUnixTimeSeconds()}",
        'D' or 'x' => Text(time, "MM/dd/yy"),
        'F' => Text(time, "yyyy-MM-dd"),
        'T' or 'X' => Text(time, "HH:mm:ss"),
        'R' => Text(time, "HH:mm"),
        'r' => Text(time, "hh:mm:ss tt"),
        'c' => $"{Text(time, "ddd MMM")} {time.Day,2} {Text(time, "HH:mm:ss yyyy")}",
        'z' or 'Z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Text(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
