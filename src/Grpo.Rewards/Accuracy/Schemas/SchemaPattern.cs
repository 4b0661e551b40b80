using System.Text;
using System.Text.RegularExpressions;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>An expression of a schema: ECMAScript's syntax, as far as it can be matched in time linear in the text.</summary>
internal sealed class SchemaPattern
{
    private readonly Regex _regex;
    private readonly int _size;

    private SchemaPattern(Regex regex, int size) => (_regex, _size) = (regex, size);

    /// <summary>Compiles it.</summary>
    /// <exception cref="SchemaException">It does not compile, or needs backtracking.</exception>
    public static SchemaPattern Compile(string pattern, string path)
    {
        var (regex, problem) = SafePattern.Compile(Translate(pattern), RegexOptions.None);
        return regex is null ? throw new SchemaException(path, problem) : new(regex, pattern.Length);
    }

    /// <summary>Whether it matches somewhere in the text; long texts and expressions cost steps.</summary>
    public bool IsMatch(string text, SchemaRun run)
    {
        run.Charge(4 + (int)long.Min((long)text.Length * _size / 64, SchemaBudget.Steps));
        return _regex.IsMatch(text);
    }

    /// <summary>What ECMAScript means by <c>\d</c>, <c>\w</c> and <c>$</c>, said in .NET's syntax, where they also mean digits of other scripts and the place before a last line break.</summary>
    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                i++;
                text.Append(pattern[i] switch
                {
                    'd' => inClass ? "0-9" : "[0-9]",
                    'w' => inClass ? "A-Za-z0-9_" : "[A-Za-z0-9_]",
                    'D' when !inClass => "[^0-9]",
                    'W' when !inClass => "[^A-Za-z0-9_]",
                    var escaped => $@"\{escaped}",
                });
                continue;
            }
            text.Append(c switch
            {
                '$' when !inClass => @"\z",
                '[' when inClass => @"\[", // .NET could take it for a subtraction
                _ => c.ToString(),
            });
            inClass = c == '[' || (inClass && c != ']');
        }
        return text.ToString();
    }
}
