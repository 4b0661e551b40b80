using Grpo.Advantages;
using Grpo.Tests.Golden;

namespace Grpo.Tests.Advantages;

/// <summary>Says a trainer's advantage settings in ours, where they can be said.</summary>
internal static class GoldenAdvantage
{
    public static (string Estimator, RewardBatch Batch, AdvantageOptions Options)? Of(GoldenCase golden)
    {
        if (Estimator(golden) is not { } estimator || KeepsTheRewardOfASingleton(golden)) return null;
        var batch = golden.HasInput("rewards_per_func")
            ? new RewardBatch(Scores(golden), Groups(golden))
            : new RewardBatch(Rewards(golden), Groups(golden));
        return (estimator, batch with
        {
            Lengths = estimator == "opo" ? [.. golden.Matrix("mask").Select(row => row.Sum())] : null,
            Baselines = estimator == "remax" ? golden.Vector("reward_baselines") : null,
        }, Options(golden));
    }

    /// <summary>The expected advantages, one per completion: token-level answers repeat it on every token of the mask.</summary>
    public static double[] PerCompletion(GoldenCase golden)
    {
        var advantages = golden.Expected.GetProperty("advantages");
        return advantages[0].ValueKind == System.Text.Json.JsonValueKind.Array
            ? [.. GoldenCase.Matrix(advantages).Select(row => row[0])]
            : GoldenCase.Vector(advantages);
    }

    private static string? Estimator(GoldenCase golden) => (golden.Trainer, golden.Text("estimator")) switch
    {
        ("trl", "rloo") => golden.Figure("beta") == 0 ? "rloo" : null,
        ("trl", var name) => name,
        ("verl", "grpo" or "grpo_vectorized") => golden.HasParam("norm_adv_by_std_in_grpo") && !golden.Flag("norm_adv_by_std_in_grpo") ? "dr_grpo" : "grpo",
        ("verl", "rloo" or "rloo_vectorized") => "rloo",
        ("verl", "opo" or "gpg" or "grpo_passk" or "remax") => golden.Text("estimator"),
        ("skyrl", "grpo") => "grpo",
        ("prime_rl", "max_rl") => "maxrl",
        ("openrlhf", "rloo" or "dr_grpo") => golden.Text("estimator"),
        ("openrlhf", "group_norm") or ("open_instruct", "grpo") => "grpo",
        ("prime_rl", "grpo") => "dr_grpo",
        ("nemo_rl", "grpo") => (golden.Flag("use_leave_one_out_baseline"), golden.Flag("normalize_rewards")) switch
        {
            (false, true) => "grpo",
            (false, false) => "dr_grpo",
            (true, false) => "rloo",
            _ => null,
        },
        ("areal", null) when golden.Text("mean_level") == "group" && golden.Text("std_level") == "group" && !golden.Flag("mean_leave1out") => "grpo",
        _ => null,
    };

    private static AdvantageOptions Options(GoldenCase golden) => new()
    {
        StdEpsilon = golden.Figure("eps") ?? 1e-6,
        Ddof = (int)(golden.Figure("ddof") ?? 1),
        ScaleRewards = golden.Text("scale_rewards") switch
        {
            "group" => RewardScaling.Group,
            "batch" => RewardScaling.Batch,
            "none" => RewardScaling.None,
            _ when golden.Flag("normalize_advantages") => RewardScaling.Batch,
            _ when golden.HasParam("norm_adv_by_std_in_grpo") && !golden.Flag("norm_adv_by_std_in_grpo") => RewardScaling.None,
            _ => null,
        },
        MultiObjectiveAggregation = golden.Text("multi_objective_aggregation") == "normalize_then_sum"
            ? MultiObjectiveAggregation.NormalizeThenSum
            : MultiObjectiveAggregation.SumThenNormalize,
    };

    private static RewardScores Scores(GoldenCase golden)
    {
        var rows = golden.Matrix("rewards_per_func");
        var rewards = Enumerable.Range(0, rows[0].Length).ToArray();
        return new()
        {
            Names = [.. rewards.Select(k => $"f{k}")],
            Values = [.. rewards.Select(k => rows.Select(row => row[k]).ToArray())],
            Weights = golden.HasParam("reward_weights") ? GoldenCase.Vector(golden.Params.GetProperty("reward_weights")) : [.. rewards.Select(_ => 1.0)],
        };
    }

    private static double[] Rewards(GoldenCase golden) =>
        golden.HasInput("rewards") ? golden.Vector("rewards") : [.. golden.Matrix("token_level_rewards").Select(row => row.Sum())];

    private static int[] Groups(GoldenCase golden)
    {
        if (golden.HasInput("group_ids"))
        {
            return [.. golden.Inputs.GetProperty("group_ids").EnumerateArray().GroupBy(id => id.ToString()).Select(group => group.Count())];
        }

        if (!golden.HasInput("group_size")) return [golden.Matrix("mask").Length];
        var size = golden.Inputs.GetProperty("group_size").GetInt32();
        var count = (golden.HasInput("rewards") ? golden.Inputs.GetProperty("rewards") : golden.Inputs.GetProperty("rewards_per_func")).GetArrayLength();
        return [.. Enumerable.Repeat(size, count / size)];
    }

    /// <summary>verl and SkyRL give the only completion of a prompt its raw reward, where we follow TRL and give 0.</summary>
    private static bool KeepsTheRewardOfASingleton(GoldenCase golden) =>
        golden.Trainer is "verl" or "skyrl" && golden.Text("estimator") is "grpo" or "grpo_vectorized" or "rloo" or "opo" && Groups(golden).Contains(1);
}
