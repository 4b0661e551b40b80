using System.Diagnostics;
using System.Text.Json;
using Grpo.Rewards.Tests.Docs;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Fuzz;

/// <summary>Every reward of the catalogue on bad input in a batch: a reason for each sample, the good ones as if they were alone, in bounded time.</summary>
public class BadInputTests(ITestOutputHelper output)
{
    private const int Ten = 10_000_000;

    private static readonly (string Name, string Text)[] Completions =
    [
        ("empty", ""),
        ("10 MB of words", HostileTexts.Run("seven of them are 7 ", Ten)),
        ("10 MB of one character", new string('x', Ten)),
        ("10 MB of digits in a box", $@"\boxed{{{new string('9', Ten)}}}"),
        ("10 MB of JSON", $"[{HostileTexts.Run("1,", Ten)}1]"),
        ("lone surrogates", "<think>\ud800</think><answer>\udc00 7 \ud83d</answer>"),
        ("lone surrogates, escaped in JSON", """{"a":"\ud800","\udc00":7}"""),
        ("tags 100,000 deep", $"{HostileTexts.Run("<think>", 700_000)}7{HostileTexts.Run("</think>", 800_000)}"),
        ("other tags 100,000 deep", $"{HostileTexts.Run("<answer><reasoning>", 1_900_000)}7{HostileTexts.Run("</reasoning></answer>", 2_100_000)}"),
        ("right to left", "<think>הנה \u202eהחישוב\u202c שלנו: שבע</think><answer>٧ \u200f= \u200f7</answer>"),
        ("control characters", "<think>\0\u0001\u0007\u001b[31m</think><answer>\u007f7\u0085\u2028\ufeff</answer>"),
    ];

    private static readonly string?[] References =
    [
        null, "{}", """{"answer":null,"language":null,"json":null,"schema":null,"pattern":null,"numbers":null,"target":null,"choices":null}""",
        """{"answer":"\\frac{1}{","language":"xx-klingon","pattern":"(a","schema":{"type":"thing"},"numbers":["x"],"target":"y"}""",
        """{"answer":{"a":[1]},"language":7,"pattern":{},"schema":7,"numbers":1,"target":[],"choices":"A"}""",
        """{"answer":"","language":"","pattern":"(?<=a)b","schema":{"allOf":[{"$ref":"#"}]},"numbers":[],"target":1.5,"choices":[]}""",
        """{"answer":[],"pattern":"((a{1000}){1000}){1000}","schema":{"$ref":"https://example.com/schema"},"numbers":[1e400],"target":1e400,"choices":[[],{}]}""",
    ];

    public static TheoryData<string> Names => [.. RewardCatalog.All.Select(definition => definition.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_completions(string name)
    {
        var good = Good(name);
        foreach (var (what, text) in Completions)
        {
            var started = Stopwatch.GetTimestamp();
            Check(name, good, [good[0] with { Completion = text }], what);
            var took = Stopwatch.GetElapsedTime(started);
            output.WriteLine($"{what}: {took.TotalMilliseconds:0} ms");
            // Linear work on ten million characters takes a second or two; anything worse takes hours.
            Assert.True(took < TimeSpan.FromSeconds(30), $"{what} took {took}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bad_references(string name)
    {
        var good = Good(name);
        var bad = References.Select(reference => good[0] with { Reference = reference is null ? null : Json(reference) }).ToArray();
        var scores = Check(name, good, bad, "references");
        // Rewards that read a reference have no score without one, unless the example's parameters hold what they need.
        var definition = RewardCatalog.Find(name)!;
        if (definition.ReferenceFields.Count > 0 && !Json(RewardExamples.All[name].Params).EnumerateObject().Any(parameter => parameter.Name is "schema" or "pattern" or "target"))
            Assert.All(scores.Take(3), score => Assert.Null(score.Score));
    }

    [Theory]
    [InlineData("regex_match", """{"pattern":"(a"}""", "(a")]
    [InlineData("regex_match", """{"pattern":"(?<=a)b"}""", "")]
    [InlineData("json_schema", """{"schema":{"type":"thing"}}""", "reference.schema.type")]
    [InlineData("json_schema", """{"schema":"thing"}""", "is no schema")]
    [InlineData("json_schema", """{"schema":{"$ref":"file:///etc/passwd"}}""", "never fetched")]
    [InlineData("math_accuracy", """{"answer":"\\frac{1}{"}""", "")]
    [InlineData("numeric_accuracy", """{"answer":"seven or so"}""", "is not a number")]
    [InlineData("choice_accuracy", """{"answer":"neither"}""", "names no option")]
    [InlineData("countdown", """{"numbers":["x"],"target":1}""", "must be a list of whole numbers")]
    [InlineData("language_consistency", """{"language":"xx-klingon"}""", "unknown language")]
    public void A_bad_reference_is_said_to_be_one(string name, string reference, string reason)
    {
        var score = ((ISampleReward)RewardCatalog.Find(name)!.Bind(null)).Score(Sample("<answer>7</answer>") with { Reference = Json(reference) });
        if (name != "math_accuracy")
            Assert.Null(score.Score);
        Assert.Contains(reason, score.Reason, StringComparison.Ordinal);
    }

    /// <summary>Scores good samples alone, and with a bad one before, between and after them.</summary>
    private static RewardScore[] Check(string name, RewardSample[] good, RewardSample[] bad, string what)
    {
        var set = new RewardSet([WeightedReward.Bind(name, 1, Json(RewardExamples.All[name].Params))]);
        var alone = set.Score(good);
        RewardSample[] samples = [.. bad.Select(sample => sample with { Group = "bad" }), .. good];
        var together = set.Score(samples);
        Assert.Equal(JsonSerializer.Serialize(alone.Samples), JsonSerializer.Serialize(together.Samples.Skip(bad.Length)));
        RewardScore[] scores = [.. together.Samples.Take(bad.Length).Select(sample => sample.Scores[name])];
        foreach (var score in scores)
        {
            Assert.NotEmpty(score.Reason);
            Assert.True(score.Reason != RewardScore.InternalError, $"{name}, {what}: {score.Details["error"]}");
            Assert.True(score.Reason.Length < 1_000, $"{name}, {what}: {score.Reason.Length} characters of reason");
            Assert.True(score.Score is null || double.IsFinite(score.Score.Value), $"{name}, {what}");
        }
        return scores;
    }

    private static RewardSample[] Good(string name) =>
        [.. RewardExamples.All[name].Samples.Select(sample => JsonSerializer.Deserialize<RewardSample>(sample, RewardExamples.Options)! with { Group = "good" })];
}
