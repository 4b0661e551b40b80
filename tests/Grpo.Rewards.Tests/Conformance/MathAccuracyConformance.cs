using System.Text.Json;
using System.Text.RegularExpressions;
using Grpo.Rewards.Math;
using Grpo.Testing;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Conformance;

/// <summary>Agreement with what others label: the shares that must agree, every row counted, and no wrong answer accepted.</summary>
public partial class MathAccuracyConformance(ITestOutputHelper output)
{
    /// <summary>Rows whose label is wrong, and why. For these the opposite is asserted.</summary>
    private static readonly Dictionary<string, string> WrongLabels = new()
    {
        ["8df91126-490d-47d1-850f-22642d38ba19"] = "the solution ends with \"The answer is: 4\", and 4 is the reference answer",
        ["mv0031"] = "\"Answer $ 9 $\" with line breaks inside of the dollars says 9; the label comes from a pattern that stops at line breaks",
    };

    /// <summary>The parameters that select what a row calls its policy.</summary>
    private static readonly Dictionary<string, string?> Policies = new()
    {
        ["percent sign ignored"] = """{"percent":"lenient"}""",
        ["unreduced fraction rejected"] = """{"require_simplified":true}""",
        ["ordered list comparison"] = """{"set_order":true}""",
        ["last boxed value wins (not joined into a set)"] = """{"join_boxes":"last"}""",
        ["boxed required"] = """{"anchored_only":true}""",
        ["\"Answer:\" marker required"] = """{"anchored_only":true}""",
        ["<answer> tag required"] = """{"scope":"answer_tag"}""",
        ["accept correctly rounded decimals"] = """{"accept_rounded":true}""",
        ["float_rounding (6 decimals)"] = """{"relative_tolerance":0.000000002}""",
        ["debatable equivalence"] = """{"relation_vs_set":"both"}""",
        ["multilingual answer anchors"] = null,
        ["bmatrix = pmatrix"] = null,
        ["[x] bracket answer format"] = null,
        ["<answer> tag extraction"] = null,
        ["solution chain / lhs ignored"] = null,
        ["comma list = set; tuple ordered"] = null,
    };

    /// <summary>Policies, and single rows, that no parameter selects, and why.</summary>
    private static readonly Dictionary<string, string> NotOffered = new()
    {
        ["this grader: all boxed values must match; gold is itself a completion"] = "a comparison of two completions: here the reference is an answer",
        ["only last 300 characters are graded"] = "the answer counts wherever it stands",
        ["gc0394"] = "the first of two <answer> blocks is meant to win; here the last does",
    };

    [ConformanceFact("rewards/gsm8k_solutions.jsonl")]
    public void Every_gsm8k_solution_is_judged_as_its_label_says() =>
        Agree("gsm8k_solutions", 1.0, row => new(row.Text("solution"), row.Text("gold"), row.GetProperty("is_correct").GetBoolean()));

    [ConformanceFact("rewards/mr_gsm8k.jsonl")]
    public void Mr_gsm8k_agrees_with_human_labels() =>
        Agree("mr_gsm8k", 0.99, row => new(row.Text("solution"), row.Text("gold"), row.Text("answer_correct") == "correct"));

    [ConformanceFact("rewards/math500.jsonl")]
    public void Math500_solutions_equal_their_own_answer() =>
        Agree("math500", 1.0, row => new(row.Text("solution"), row.Text("answer"), true));

    [ConformanceFact("rewards/math_pairs.jsonl")]
    public void Different_answers_of_one_kind_are_different() =>
        Agree("math_pairs", 1.0, row => new(Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean()));

    /// <summary>Rows that were adjudicated as neither equal nor different are rounded, or near; see <see cref="Rounded_model_answers_count_where_the_policy_says_so"/>.</summary>
    [ConformanceFact("rewards/model_answers.jsonl")]
    public void Model_answers() =>
        Agree("model_answers", 0.999, row => row.Text("adjudicated") is "equal" or "different" ? new(Boxed(row.Text("pred")), row.Text("gold"), row.Text("adjudicated") == "equal") : null);

    [ConformanceFact("rewards/model_answers.jsonl")]
    public void Rounded_model_answers_count_where_the_policy_says_so() =>
        Agree("model_answers", 1.0, row => row.Text("adjudicated") == "rounded" ? new(Boxed(row.Text("pred")), row.Text("gold"), true, """{"accept_rounded":true}""") : null);

    [ConformanceFact("rewards/model_answers.jsonl")]
    public void Model_answers_that_are_only_near_are_not_accepted_by_any_rounding() =>
        Agree("model_answers", 1.0, row => row.Text("adjudicated") == "near" ? new(Boxed(row.Text("pred")), row.Text("gold"), false) : null);

    [ConformanceFact("rewards/probe_pairs.jsonl")]
    public void Probe_pairs() =>
        Agree("probe_pairs", 1.0, row => IsPlain(row) ? new(Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean()) : null);

    /// <summary>A row says for itself to how many decimals it rounds, and whether an inequality counts as its set.</summary>
    [ConformanceFact("rewards/math_compare.jsonl")]
    public void Math_verify_comparisons() =>
        Agree("math_compare", 0.99, row => new(row.Text("prediction"), row.Text("gold"), row.GetProperty("expected").GetBoolean(), JsonSerializer.Serialize(new
        {
            rounded_decimals = row.GetProperty("float_rounding").GetInt32(),
            relation_vs_set = row.GetProperty("allow_set_relation_comp").GetBoolean() ? "both" : "gold_relation_only",
        })));

    /// <summary>Answers as they are, completions as they are, and multiple choice by <c>choice_accuracy</c>.</summary>
    [ConformanceFact("rewards/grader_cases.jsonl")]
    public void Other_graders_answers() => Agree("grader_cases", 0.99, row => IsPlain(row) ? GraderCase(row, null) : null);

    [ConformanceFact("rewards/issue_cases.jsonl")]
    public void Reported_cases() =>
        Agree("issue_cases", 0.97, row => row.Text("kind") == "compare" ? new(row.GetProperty("wrap").GetBoolean() ? Boxed(row.Text("pred")) : row.Text("pred"), row.Text("gold"), row.GetProperty("expected").GetBoolean()) : null);

    [ConformanceFact("rewards/grader_cases.jsonl")]
    public void Policies_of_other_graders_are_parameters() =>
        Agree("grader_cases", 1.0, row => Selected(row) is var (offered, parameters) && offered ? GraderCase(row, parameters) : null);

    [ConformanceFact("rewards/probe_pairs.jsonl")]
    public void Policies_of_probe_pairs_are_parameters() =>
        Agree("probe_pairs", 1.0, row => Selected(row) is var (offered, parameters) && offered ? new(Boxed(row.Text("pred")), row.Text("gold"), row.GetProperty("expected").GetBoolean(), parameters) : null);

    [ConformanceFact("rewards/issue_cases.jsonl")]
    public void Answers_made_to_exhaust_a_grader_are_never_right()
    {
        foreach (var row in Rows.Of("rewards/issue_cases.jsonl").Where(row => row.Text("kind") == "dos"))
        {
            var score = Reward("math_accuracy").Score(Sample(Boxed(row.Text("pred")), row.Text("gold")));
            output.WriteLine($"{row.Text("note")}: {score.Score}, {score.Details["limit"]}");
            Assert.NotEqual(1, score.Score);
        }
    }

    [ConformanceFact("rewards/latex_parse.jsonl")]
    public void Latex_is_read_and_equals_its_value_where_it_has_one()
    {
        var (all, values) = (0, 0);
        foreach (var row in Rows.Of("rewards/latex_parse.jsonl"))
        {
            all++;
            Assert.True(MathReading.Of(row.Text("prediction")).Expression is not null, $"not read: {row.Text("prediction")}");
            Assert.Equal(1, MathScore(Boxed(row.Text("prediction")), row.Text("prediction")));
            if (!Value().IsMatch(row.Text("gold_sympy")))
                continue;
            values++;
            // The expected decimals carry the rounding error of a double.
            var parameters = row.Text("gold_sympy").Contains('.', StringComparison.Ordinal) ? """{"relative_tolerance":0.000000000001}""" : null;
            Assert.True(MathScore(Boxed(row.Text("prediction")), row.Text("gold"), parameters) == 1, $"{row.Text("prediction")} is not {row.Text("gold_sympy")}");
        }
        output.WriteLine($"{all} rows, {values} values");
    }

    [ConformanceFact("rewards/latex_parse_error.jsonl")]
    public void What_is_no_mathematics_never_equals_a_number()
    {
        foreach (var row in Rows.Of("rewards/latex_parse_error.jsonl"))
            Assert.Null(MathReading.Of(row.Text("prediction")).Value);
    }

    /// <summary>Numbers, roots, pi, e, i and infinity: no variable and no function of one.</summary>
    [GeneratedRegex(@"^(?:[0-9.+\-*/() ]|sqrt|pi|oo|E|I|e-|exp)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Value();

    private static string Boxed(string answer) => $@"So \boxed{{{answer}}}.";

    private static bool IsPlain(JsonElement row) => row.GetProperty("policy").ValueKind == JsonValueKind.Null;

    private static (bool Offered, string? Parameters) Selected(JsonElement row)
    {
        if (IsPlain(row) || row.Text("id") is var id && NotOffered.ContainsKey(id) || NotOffered.ContainsKey(row.Text("policy")))
            return (false, null);
        return row.TryGetProperty("form", out var form) && form.GetString()!.StartsWith("mcq", StringComparison.Ordinal) ? (true, null) : (true, Policies[row.Text("policy")]);
    }

    private static Case GraderCase(JsonElement row, string? parameters)
    {
        var expected = row.GetProperty("expected").GetBoolean();
        return row.Text("form") switch
        {
            "answer" or "normalize" => new(Boxed(row.Text("pred")), row.Text("gold"), expected, parameters),
            "completion" or "completion_both" => new(row.Text("pred"), row.Text("gold"), expected, parameters),
            _ => new(row.Text("pred"), row.Text("gold"), expected, null, "choice_accuracy", row.TryGetProperty("choices", out var choices) ? choices : null),
        };
    }

    /// <summary>Scores every row that <paramref name="read"/> makes a case of.</summary>
    private void Agree(string file, double atLeast, Func<JsonElement, Case?> read)
    {
        Dictionary<(string, string?), ISampleReward> rewards = [];
        var (agree, all, falsePositives) = (0, 0, 0);
        foreach (var row in Rows.Of($"rewards/{file}.jsonl"))
        {
            if (read(row) is not { } one)
                continue;
            if (!rewards.TryGetValue((one.Reward, one.Parameters), out var reward))
                rewards[(one.Reward, one.Parameters)] = reward = Reward(one.Reward, one.Parameters);
            var reference = one.Choices is { } choices ? JsonSerializer.SerializeToElement(new { answer = one.Gold, choices }) : JsonSerializer.SerializeToElement(new { answer = one.Gold });
            var score = reward.Score(Sample(one.Completion) with { Reference = reference });
            var expected = one.Expected ^ (row.TryGetProperty("id", out var id) && WrongLabels.ContainsKey(id.GetString()!));
            all++;
            if (score.Score == (expected ? 1 : 0))
            {
                agree++;
                continue;
            }
            falsePositives += score.Score == 1 ? 1 : 0;
            output.WriteLine($"{(score.Score == 1 ? "WRONGLY ACCEPTED" : "missed")} {id} gold {one.Gold}: {score.Score} {score.Reason} {score.Details}");
        }
        output.WriteLine($"{file}: {agree} of {all}, {falsePositives} wrongly accepted");
        Assert.NotEqual(0, all);
        Assert.True(agree >= atLeast * all, $"{agree} of {all} agree");
        Assert.Equal(0, falsePositives);
    }

    private sealed record Case(string Completion, string Gold, bool Expected, string? Parameters = null, string Reward = "math_accuracy", JsonElement? Choices = null);
}
