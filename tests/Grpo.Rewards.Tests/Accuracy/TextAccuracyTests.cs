using System.Text.Json;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Accuracy;

public class TextAccuracyTests
{
    [Theory]
    [InlineData("So the answer is 3.5.", "7/2", null, 1.0)]
    [InlineData("So the answer is 3.51.", "3.5", null, 0.0)]
    [InlineData("So the answer is 3.51.", "3.5", """{"absolute_tolerance":0.02}""", 1.0)]
    [InlineData(@"\boxed{x = 98}", "100", """{"relative_tolerance":0.02}""", 1.0)]
    [InlineData(@"\boxed{3.1416}", @"\pi", """{"relative_tolerance":0.0001}""", 1.0)]
    [InlineData(@"\boxed{2^{-60}}", "0", null, 0.0)]
    [InlineData("The answer is 9.9 m/s^2.", "9.9", null, 1.0)]
    [InlineData(@"\boxed{x^5}", "5", null, 0.0)]
    [InlineData("I do not know", "5", null, 0.0)]
    [InlineData("", "5", null, 0.0)]
    [InlineData("5", "five apples and a pear", null, null)]
    [InlineData("it is 5", "5", """{"anchored_only":true}""", 0.0)]
    public void Numbers(string completion, string answer, string? parameters, double? score) =>
        Assert.Equal(score, Reward("numeric_accuracy", parameters).Score(Sample(completion, answer)).Score);

    [Theory]
    [InlineData("<answer>The  Eiffel Tower!</answer>", "eiffel tower", null, 1.0)]
    [InlineData("<answer>The Eiffel Tower</answer>", "eiffel tower", """{"normalizer":"nfkc"}""", 0.0)]
    [InlineData("<answer>ＥＩＦＦＥＬ ﬁn</answer>", "eiffel fin", """{"normalizer":"nfkc"}""", 1.0)]
    [InlineData("<answer>Paris</answer>", "paris", """{"normalizer":"none"}""", 0.0)]
    [InlineData("The answer is Paris, France.", "Paris", null, 0.0)]
    [InlineData("The answer is Paris, France.", "Paris", """{"contains":true}""", 1.0)]
    [InlineData("<think>Paris</think>", "Paris", null, 0.0)]
    [InlineData("Paris", null, null, null)]
    public void Texts(string completion, string? answer, string? parameters, double? score) =>
        Assert.Equal(score, Reward("exact_match", parameters).Score(Sample(completion, answer)).Score);

    [Theory]
    [InlineData("<answer>the red house</answer>", "a red house", 1.0)]
    [InlineData("<answer>red house on hill</answer>", "red house", 2.0 / 3)]
    [InlineData("<answer>red red red</answer>", "red house", 0.4)]
    [InlineData("<answer>blue</answer>", "red house", 0.0)]
    [InlineData("<answer>...</answer>", "red", 0.0)]
    public void Shared_words(string completion, string answer, double score) =>
        Assert.Equal(score, Reward("token_f1").Score(Sample(completion, answer)).Score!.Value, 12);

    [Theory]
    [InlineData("<answer>C</answer>", "C", 1.0)]
    [InlineData(@"\boxed{\text{(C)}}", "C", 1.0)]
    [InlineData("The answer is for sure D, it can't be A or B", "D", 1.0)]
    [InlineData("**Answer: b**", "B", 1.0)]
    [InlineData("<answer>A or B</answer>", "A", 0.0)]
    [InlineData("<answer>A, B</answer>", "A", 0.0)]
    [InlineData("<answer>Ｂ</answer>", "B", 1.0)]
    [InlineData("It can't be A, so I think it's B", "(B) Alina", 1.0)]
    [InlineData("Let me see. A bird in the hand", "A", 0.0)]
    [InlineData("D", "(D) Alina", 1.0)]
    [InlineData("B", "42", null)]
    public void Options(string completion, string answer, double? score) =>
        Assert.Equal(score, Reward("choice_accuracy").Score(Sample(completion, answer)).Score);

    [Theory]
    [InlineData("The answer is Paris.", 1.0)]
    [InlineData("<answer>(B)</answer>", 1.0)]
    [InlineData("<answer>B. Paris</answer>", 1.0)]
    [InlineData("<answer>London or Paris</answer>", 0.0)]
    [InlineData("paris", 1.0)]
    [InlineData("<answer>C</answer>", 0.0)] // there are only two options
    public void Options_by_their_text(string completion, double score)
    {
        var sample = Sample(completion) with { Reference = Json("""{"answer":"B","choices":["London","Paris"]}""") };
        Assert.Equal(score, Reward("choice_accuracy").Score(sample).Score);
        Assert.Equal(score, Reward("accuracy").Score(sample).Score);
        Assert.Equal(score, Reward("accuracy").Score(sample with { Reference = Json("""{"answer":"Paris","choices":["London","Paris"]}""") }).Score);
    }

    [Fact]
    public void Articles_in_quotation_marks_are_articles()
    {
        Assert.Equal(1, Reward("exact_match").Score(Sample("<answer>“The end”</answer>", "“ end”")).Score);
        Assert.Equal(1, Reward("token_f1").Score(Sample("<answer>an end - the</answer>", "end")).Score);
        Assert.Equal(0, Reward("exact_match").Score(Sample("<answer>theend</answer>", "end")).Score);
    }

    [Fact]
    public void Patterns()
    {
        Assert.Equal(1, Reward("regex_match", """{"pattern":"^\\d+ km$","multiline":true}""").Score(Sample("far:\n12 km\n")).Score);
        Assert.Equal(0, Reward("regex_match", """{"pattern":"km"}""").Score(Sample("<think>km</think>miles")).Score);
        Assert.Equal(1, Reward("regex_match", """{"pattern":"KM","ignore_case":true,"scope":"answer_tag"}""").Score(Sample("<answer>km</answer>")).Score);
        Assert.Equal(0, Reward("regex_match", """{"pattern":"km","scope":"answer_tag"}""").Score(Sample("km")).Score);
        Assert.Equal(1, Reward("regex_match").Score(Referenced("abc", """{"pattern":"b"}""")).Score);
        Assert.Null(Reward("regex_match").Score(Referenced("abc", """{"pattern":"(b"}""")).Score);
        Assert.Null(Reward("regex_match").Score(Sample("abc")).Score);
        Assert.Equal(1, Reward("accuracy").Score(Referenced("abc", """{"pattern":"b"}""")).Score);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("(?=a)b")]
    [InlineData(@"(a)\1")]
    [InlineData("((a{1000}){1000}){1000}")]
    public void Patterns_that_cannot_be_used_are_refused(string pattern) =>
        Assert.Equal("pattern", Assert.Throws<RewardParamsException>(() => Reward("regex_match", JsonSerializer.Serialize(new { pattern }))).Path);

    [Fact]
    public void A_pattern_cannot_be_made_slow() =>
        Assert.Equal(0, Reward("regex_match", """{"pattern":"^(a+)+$"}""").Score(Sample(new string('a', 200_000) + "!")).Score);

    private static RewardSample Referenced(string completion, string reference) => Sample(completion) with { Reference = Json(reference) };
}
