using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Grpo.Rewards.Math;

/// <summary>What characters outside ASCII mean in an answer.</summary>
internal static class MathCharacters
{
    private const string Currency = "$€£¥₹₩₽₺₫₴฿¢";

    /// <summary>Characters that need no tidying.</summary>
    public static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +-*/=()[]<>,;:!|%^_'");

    private static readonly string[] Greek =
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega".Split(' ');

    private static readonly FrozenDictionary<char, string> Meanings = new (string Characters, string Meaning)[]
    {
        ("−–﹣‐‑—﹘", "-"), ("×·⋅∙•∗✕⨯", "*"), ("÷∕⁄／", "/"), ("°º˚", @"^\circ "), ("√", "sqrt "), ("∛", "cbrt "), ("∞", @"\infty "), ("≤⩽≦", @"\le "), ("≥⩾≧", @"\ge "),
        ("≠", @"\ne "), ("≈≅≃", @"\approx "), ("≡", @"\equiv "), ("∈", @"\in "), ("∉", @"\notin "), ("∪", @"\cup "), ("∩", @"\cap "), ("∖", @"\setminus "), ("∅", @"\emptyset "),
        ("±", @"\pm "), ("∓", @"\mp "), ("⟨〈", @"\langle "), ("⟩〉", @"\rangle "), ("⌊", @"\lfloor "), ("⌋", @"\rfloor "), ("⌈", @"\lceil "), ("⌉", @"\rceil "), ("⊂", @"\subset "), ("⊆", @"\subseteq "),
        ("，、", ", "), ("；", ";"), ("。", "."), ("٫", "."), ("٬", ","), ("‘’′＇", "'"), ("“”″", "\""), ("…⋯", @"\ldots "), ("→", @"\to "), ("⇒⟹", @"\implies "), ("⇔⟺", @"\iff "),
        ("∑", @"\sum "), ("∏", @"\prod "), ("∫", @"\int "), ("∠", @"\angle "), ("△", @"\triangle "), ("∂", @"\partial "), ("ℝ", @"\mathbb{R}"), ("ℤ", @"\mathbb{Z}"), ("ℚ", @"\mathbb{Q}"), ("ℕ", @"\mathbb{N}"), ("ℂ", @"\mathbb{C}"),
        ("¼", @"\frac{1}{4}"), ("½", @"\frac{1}{2}"), ("¾", @"\frac{3}{4}"), ("⅓", @"\frac{1}{3}"), ("⅔", @"\frac{2}{3}"), ("⅕", @"\frac{1}{5}"), ("⅖", @"\frac{2}{5}"), ("⅗", @"\frac{3}{5}"), ("⅘", @"\frac{4}{5}"),
        ("⅙", @"\frac{1}{6}"), ("⅚", @"\frac{5}{6}"), ("⅐", @"\frac{1}{7}"), ("⅛", @"\frac{1}{8}"), ("⅜", @"\frac{3}{8}"), ("⅝", @"\frac{5}{8}"), ("⅞", @"\frac{7}{8}"), ("⅑", @"\frac{1}{9}"), ("⅒", @"\frac{1}{10}"),
        ("Γ", @"\Gamma "), ("Δ∆", @"\Delta "), ("Θ", @"\Theta "), ("Λ", @"\Lambda "), ("Ξ", @"\Xi "), ("Π", @"\Pi "), ("Σ", @"\Sigma "), ("Φ", @"\Phi "), ("Ψ", @"\Psi "), ("Ω", @"\Omega "), ("ϕ", @"\phi "), ("ϑ", @"\theta "), ("ϵ", @"\epsilon "),
        (Currency, ""),
    }.SelectMany(row => row.Characters, (row, c) => (c, row.Meaning)).DistinctBy(pair => pair.c).ToFrozenDictionary(pair => pair.c, pair => pair.Meaning);

    /// <summary>Appends what the character at an index means; returns the index of the last one used.</summary>
    public static int Append(StringBuilder tidy, string text, int i)
    {
        var c = text[i];
        if (Raised(c) != '\0')
            return AppendRun(tidy, text, i, "^{", Raised);
        if (Lowered(c) != '\0')
            return AppendRun(tidy, text, i, "_{", Lowered);
        if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
        {
            AppendStyled(tidy, text, i);
            return i + 1;
        }
        if (Meanings.TryGetValue(c, out var meaning))
            tidy.Append(meaning);
        else if (c is >= '\u20a0' and <= '\u20cf')
            return i; // the block of currency signs
        else if (c is >= '！' and <= '～')
            AppendFullWidth(tidy, (char)(c - '！' + '!'));
        else if (c is >= 'α' and <= 'ω')
            tidy.Append('\\').Append(Greek[c - 'α']).Append(' ');
        else if (CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit)
            tidy.Append((char)('0' + digit));
        else if (char.IsWhiteSpace(c))
            tidy.Append(' ');
        else if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.Surrogate))
            tidy.Append(c);
        return i;
    }

    private static void AppendFullWidth(StringBuilder tidy, char c)
    {
        if (c is not ('$' or '`' or '\\'))
            tidy.Append(c == '~' ? ' ' : c);
    }

    /// <summary>Letters and digits of the block of mathematical alphabets are their plain ones.</summary>
    private static void AppendStyled(StringBuilder tidy, string text, int i)
    {
        var code = char.ConvertToUtf32(text[i], text[i + 1]);
        if (code is >= 0x1D400 and <= 0x1D6A3 && (code - 0x1D400) % 52 is var letter)
            tidy.Append((char)(letter < 26 ? 'A' + letter : 'a' + letter - 26));
        else if (code is >= 0x1D7CE and <= 0x1D7FF)
            tidy.Append((char)('0' + ((code - 0x1D7CE) % 10)));
        else
            tidy.Append(text, i, 2);
    }

    private static int AppendRun(StringBuilder tidy, string text, int i, string open, Func<char, char> plain)
    {
        tidy.Append(open);
        for (; i < text.Length && plain(text[i]) is not '\0' and var c; i++)
            tidy.Append(c);
        tidy.Append('}');
        return i - 1;
    }

    private static char Raised(char c) => c switch
    {
        '²' => '2',
        '³' => '3',
        '¹' => '1',
        '⁰' or (>= '⁴' and <= '⁹') => (char)(c - '⁰' + '0'),
        '⁺' => '+',
        '⁻' => '-',
        '⁽' => '(',
        '⁾' => ')',
        'ⁿ' => 'n',
        'ⁱ' => 'i',
        'ˣ' => 'x',
        _ => '\0',
    };

    private static char Lowered(char c) => c switch
    {
        >= '₀' and <= '₉' => (char)(c - '₀' + '0'),
        '₊' => '+',
        '₋' => '-',
        'ₙ' => 'n',
        'ₖ' => 'k',
        'ₓ' => 'x',
        _ => '\0',
    };
}
