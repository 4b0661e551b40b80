using System.Diagnostics;
using FsCheck.Fluent;
using Grpo.Rewards.Language;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Language;

public class LanguageConsistencyRewardTests
{
    [Theory]
    [InlineData("en", "we add the two numbers", 1)]
    [InlineData("zh", "we add the two numbers", 0)]
    [InlineData("zh", "我们把两个数相加。", 1)]
    [InlineData("zh-Hant-TW", "我們把兩個數相加。", 1)]
    [InlineData("ja", "二つの数を足します。", 1)]
    [InlineData("zh", "二つの数を足します。", 0)]
    [InlineData("ko", "두 수를 더합니다", 1)]
    [InlineData("ru", "складываем два числа", 1)]
    [InlineData("en", "we add два числа", 0.5)]
    [InlineData("th", "บวกสองจำนวน", 1)]
    [InlineData("el", "προσθέτουμε δύο αριθμούς", 1)]
    [InlineData("hi", "हम दो संख्याएँ जोड़ते हैं", 1)]
    public void Share_of_target_words(string target, string text, double expected) => Assert.Equal(expected, Score(target, text)!.Value, 3);

    [Theory]
    [InlineData("складываем $x + abc$ числа")]
    [InlineData("складываем `hello world` числа")]
    [InlineData("складываем числа\n```python\nprint(hello)\n```\n")]
    [InlineData("складываем числа ```\nunclosed code goes on")]
    [InlineData(@"складываем \(\text{sum of all}\) числа")]
    [InlineData(@"складываем \begin{align} sum &= total \end{align} числа")]
    [InlineData(@"складываем \frac12 числа")]
    [InlineData("складываем <b class=wide>числа</b>")]
    [InlineData("складываем https://example.org/some/path числа")]
    [InlineData("складываем числа @someone #hashtag")]
    [InlineData("складываем my_variable и camelCase и os.path числа")]
    [InlineData("складываем x y и NASA числа")]
    [InlineData("складываем 5 km и x1 числа")]
    [InlineData("по теореме Pythagoras складываем числа")]
    public void Neutral_spans_and_words_are_not_counted(string text) => Assert.Equal(1, Score("ru", text));

    [Fact]
    public void Prices_are_no_formula() => Assert.Equal(0, Score("ru", "apples cost $5 and pears cost $6"));

    [Theory]
    [InlineData("")]
    [InlineData("1 + 2 = 3")]
    [InlineData("$x^2$ 🙂")]
    public void Without_words_there_is_no_score(string text) => Assert.Null(Score("en", text));

    [Fact]
    public void The_scope_is_the_chain_of_thought()
    {
        const string Completion = "<think>we add them</think><answer>сумма равна пяти</answer>";
        Assert.Equal(1, Score("en", Completion));
        Assert.Equal(0, Reward("language_consistency", """{"target":"en","scope":"answer"}""").Score(Sample(Completion)).Score);
        Assert.Equal(0.5, Reward("language_consistency", """{"target":"en","scope":"all"}""").Score(Sample(Completion)).Score);
        Assert.Equal(1, Score("en", "we add them</think><answer>сумма</answer>"));
    }

    [Fact]
    public void The_target_may_come_from_the_reference()
    {
        var sample = new RewardSample { Completion = "мы", Reference = Json("""{"language":"ru"}""") };
        Assert.Equal(1, Reward("language_consistency").Score(sample).Score);
        Assert.Null(Reward("language_consistency").Score(sample with { Reference = null }).Score);
        Assert.Equal("unknown language 'xx'", Reward("language_consistency").Score(sample with { Reference = Json("""{"language":"xx"}""") }).Reason);
    }

    [Fact]
    public void The_histogram_names_the_other_languages()
    {
        var details = Reward("language_consistency", """{"target":"en"}""").Score(Sample("we add 两个数 and числа and 두")).Details!;
        Assert.Equal("""{"cyrillic":1,"en":4,"ko":1,"zh":1.92}""", details["words"]!.ToJsonString());
    }

    [Fact]
    public void Fewer_words_than_asked_for_are_no_score() =>
        Assert.Null(Reward("language_consistency", """{"target":"en","min_words":5}""").Score(Sample("we add them")).Score);

    [Theory]
    [InlineData("$")]
    [InlineData("$a ")]
    [InlineData("`")]
    [InlineData("` ")]
    [InlineData("<a ")]
    [InlineData(@"\begin{a}")]
    [InlineData(@"\(")]
    [InlineData("𠀀")]
    [InlineData("\ud800")]
    [InlineData("a.")]
    public void A_million_hostile_characters_take_linear_time(string unit)
    {
        var started = Stopwatch.GetTimestamp();
        Score("en", string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Any_text_has_a_share_or_none() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll<string>(text => Score("ja", text ?? "") is null or (>= 0 and <= 1)));

    [Fact]
    public void The_parameter_schema_lists_every_language()
    {
        var description = RewardCatalog.Find("language_consistency")!.ParamsSchema["properties"]!["target"]!["description"]!.GetValue<string>();
        Assert.Contains($"Known: {string.Join(", ", Languages.Tags)}.", description, StringComparison.Ordinal);
    }

    private static double? Score(string target, string text) => Reward("language_consistency", $$"""{"target":"{{target}}"}""").Score(Sample(text)).Score;
}
