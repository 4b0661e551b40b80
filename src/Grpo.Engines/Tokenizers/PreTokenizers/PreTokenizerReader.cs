using Grpo.Engines.Tokenizers.Bpe;
using Grpo.Engines.Tokenizers.Patterns;

namespace Grpo.Engines.Tokenizers.PreTokenizers;

/// <summary>Builds the chain of steps a pre_tokenizer object describes.</summary>
internal static class PreTokenizerReader
{
    /// <summary>\w+|[^\w\s]+, the words and the runs of symbols of the Whitespace pre-tokenizer.</summary>
    private const string WordsAndSymbols = @"\w+|[^\w\s]+";

    /// <summary>The chain that ends in <paramref name="next"/>.</summary>
    public static IPieceSink Read(Component component, IPieceSink next) => component.Type switch
    {
        "Sequence" => component.Members("pretokenizers").Reverse().Aggregate(next, (after, member) => Read(member, after)),
        "ByteLevel" => new ByteLevelStep(component.Flag("add_prefix_space", true), component.Flag("use_regex", true), next),
        "Split" => new SplitStep(component.Pattern("pattern"), Behavior(component, "Removed"), component.Flag("invert", false), next),
        "Digits" => new SplitStep(
            SplitPattern.OneOf(UnicodeProperties.Named("N")!.Freeze()),
            component.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
            invert: false,
            next),
        "Punctuation" => new SplitStep(SplitPattern.OneOf(UnicodeProperties.AsciiAndUnicodePunctuation), Behavior(component, "Isolated"), invert: false, next),
        "Whitespace" => new SplitStep(SplitPattern.Regex(WordsAndSymbols), SplitBehavior.Removed, invert: true, next),
        "WhitespaceSplit" => new SplitStep(SplitPattern.OneOf(UnicodeProperties.Space), SplitBehavior.Removed, invert: false, next),
        "Metaspace" => Metaspace(component, next),
        _ => throw component.Unsupported(),
    };

    private static MetaspaceStep Metaspace(Component component, IPieceSink next)
    {
        char mark = component.Character("replacement", BpeOptions.Mark);
        if (component.Flag("split", true)) next = new SplitStep(SplitPattern.Literal(mark.ToString()), SplitBehavior.MergedWithNext, invert: false, next);
        return new MetaspaceStep(mark, Scheme(component), next);
    }

    /// <summary>Old files have add_prefix_space instead of prepend_scheme.</summary>
    public static PrependScheme Scheme(Component component) => component.Text("prepend_scheme", component.Flag("add_prefix_space", true) ? "always" : "never") switch
    {
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        "always" => PrependScheme.Always,
        var other => throw component.Unsupported($"prepend_scheme {other}"),
    };

    private static SplitBehavior Behavior(Component component, string absent) => component.Text("behavior", absent) switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw component.Unsupported($"behavior {other}"),
    };
}
