using System.Collections.Frozen;

namespace Grpo.Rewards.Math;

/// <summary>The names that mean something in an answer, written with or without a backslash.</summary>
internal static class MathWords
{
    private static readonly FrozenDictionary<string, string> Functions = Names(
        "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "sech", "csch", "ln", "log", "exp", "sqrt", "cbrt", "abs", "floor", "ceil", "gcd", "lcm", "min", "max", "det", "sgn",
        "arcsin asin", "arccos acos", "arctan atan arctg", "arccot acot arcctg", "arcsec asec", "arccsc acsc", "arsinh arcsinh asinh", "arcosh arccosh acosh", "artanh arctanh atanh", "arcoth arccoth acoth",
        "tan tg", "cot ctg cotg", "csc cosec", "sinh sh", "log lg", "gcd GCD", "lcm LCM", "sgn sign", "ceil ceiling", "min Min", "max Max", "abs Abs");

    private static readonly FrozenDictionary<string, string> Constants = Names(
        "pi", "infinity infty inf", "emptyset", "phi varphi", "epsilon varepsilon", "theta vartheta", "rho varrho", "sigma varsigma", "kappa varkappa");

    private static readonly FrozenSet<string> Wrappers = FrozenSet.Create(
        "boxed", "fbox", "beginboxed", "underline", "mathbf", "boldsymbol", "bm", "mathit", "mathsf", "mathcal", "mathfrak", "mathscr", "mathtt", "operatorname", "ensuremath", "mathrm", "text", "textbf", "textit", "mbox", "textrm", "textsf", "texttt", "textnormal", "emph", "hbox", "pmb", "cancel");

    /// <summary>The wrappers whose argument may be words.</summary>
    public static FrozenSet<string> TextWrappers { get; } = FrozenSet.Create("mathrm", "text", "textbf", "textit", "mbox", "textrm", "textsf", "texttt", "textnormal", "operatorname", "mathbf", "emph", "hbox");

    /// <summary>Marks above a letter, which make it another letter.</summary>
    private static readonly FrozenDictionary<string, string> Accents = Names("bar overline", "vec overrightarrow", "hat widehat", "tilde widetilde", "dot", "ddot", "line overleftrightarrow", "arc overparen wideparen overarc");

    private static readonly FrozenSet<string> NoFactors = FrozenSet.Create(
        "cup", "cap", "setminus", "in", "notin", "subset", "subseteq", "supset", "supseteq", "le", "ge", "ne", "pm", "mp", "approx", "equiv", "sim", "to", "implies", "iff", "rfloor", "rceil", "rangle", "rvert", "end", "over", "choose", "circ",
        "mod", "pmod", "not", "lor", "land", "vee", "wedge", "neg", "lnot", "text", "mbox", "mathrm", "textbf", "textit", "textrm", "textnormal", "textsf", "texttt", "hbox", "operatorname", "because", "therefore", "ll", "gg", "prec", "succ", "perp", "parallel");

    private static readonly FrozenDictionary<string, int> Scales =
        new (string Word, int Zeros)[] { ("hundred", 2), ("thousand", 3), ("million", 6), ("billion", 9), ("trillion", 12) }.ToFrozenDictionary(pair => pair.Word, pair => pair.Zeros);

    private static readonly FrozenSet<string> Structures = FrozenSet.Create(
        "frac", "binom", "langle", "lfloor", "lceil", "lvert", "Vert", "begin", "sum", "prod", "int", "iint", "oint", "lim", "limsup", "liminf", "mathbb", "variable", "angle", "triangle", "measuredangle", "partial", "nabla", "ldots", "alpha", "beta", "gamma", "delta", "zeta", "eta", "iota",
        "lambda", "mu", "nu", "xi", "omicron", "tau", "upsilon", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell", "hbar", "imath", "jmath", "Re", "Im", "aleph");

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> FunctionLookup = Functions.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ConstantLookup = Constants.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> AccentLookup = Accents.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ScaleLookup = Scales.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> WrapperLookup = Wrappers.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> NoFactorLookup = NoFactors.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> StructureLookup = Structures.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> TextLookup = TextWrappers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The function of that name under its usual name; null when it is none.</summary>
    public static string? Function(ReadOnlySpan<char> name) => FunctionLookup.TryGetValue(name, out var usual) ? usual : null;

    /// <summary>The constant or Greek letter with several names under its usual one; null when it is none.</summary>
    public static string? Constant(ReadOnlySpan<char> name) => ConstantLookup.TryGetValue(name, out var usual) ? usual : null;

    /// <summary>The mark above a letter under its usual name; null when it is none.</summary>
    public static string? Accent(ReadOnlySpan<char> name) => AccentLookup.TryGetValue(name, out var usual) ? usual : null;

    /// <summary>Whether a command only changes how its argument looks.</summary>
    public static bool IsWrapper(ReadOnlySpan<char> name) => WrapperLookup.Contains(name);

    /// <summary>Whether a command's argument may be words.</summary>
    public static bool IsText(ReadOnlySpan<char> name) => TextLookup.Contains(name);

    /// <summary>Whether a command ends a product instead of being its next factor.</summary>
    public static bool EndsProduct(ReadOnlySpan<char> name) => NoFactorLookup.Contains(name);

    /// <summary>How many zeros a word such as "million" puts behind the number before it; 0 when it is no such word.</summary>
    public static int Zeros(ReadOnlySpan<char> word) => ScaleLookup.TryGetValue(word, out var zeros) ? zeros : 0;

    /// <summary>Whether a command has a meaning here.</summary>
    public static bool IsKnown(ReadOnlySpan<char> name) =>
        Function(name) is not null || Constant(name) is not null || Accent(name) is not null || IsWrapper(name) || EndsProduct(name) || StructureLookup.Contains(name);

    /// <summary>Rows of names for one thing, the usual one first.</summary>
    private static FrozenDictionary<string, string> Names(params string[] rows) =>
        rows.SelectMany(row => row.Split(' '), (row, name) => (name, Usual: row.Split(' ')[0])).DistinctBy(pair => pair.name).ToFrozenDictionary(pair => pair.name, pair => pair.Usual);
}
