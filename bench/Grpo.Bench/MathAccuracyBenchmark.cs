using System.Diagnostics;
using System.Text.Json;
using Grpo.Rewards;

namespace Grpo.Bench;

/// <summary>The maths reward on one thread: real answers, long completions, and answers made to exhaust a grader.</summary>
public static class MathAccuracyBenchmark
{
    private const int Rounds = 15;
    private const int WarmUp = 10;

    /// <summary>Measures and writes the table; without the data it says so and writes nothing.</summary>
    public static int Run(string data, string results)
    {
        var folder = Path.Combine(data, "rewards");
        if (!File.Exists(Path.Combine(folder, "model_answers.jsonl")))
        {
            Console.Error.WriteLine($"bench/run math-accuracy needs rewards/model_answers.jsonl, rewards/math_pairs.jsonl and rewards/issue_cases.jsonl under {Path.GetFullPath(data)} (GRPO_TEST_DATA).");
            return 2;
        }
        var report = new Report("bench/run math-accuracy", "math_accuracy on one thread");
        report.Add(Answers([.. Samples(Path.Combine(folder, "model_answers.jsonl")), .. Samples(Path.Combine(folder, "math_pairs.jsonl"))]));
        report.Add(Lengths());
        report.Add(Bombs(folder));
        report.Write(results);
        return 0;
    }

    private static List<Figure> Answers(RewardSample[] samples)
    {
        List<double> mean = [], median = [], p99 = [], bytes = [];
        for (var round = -WarmUp; round < Rounds; round++)
        {
            // A new reward for every round: the references of a round are read in it, as they are in a request.
            var reward = Reward();
            var times = new double[samples.Length];
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < samples.Length; i++)
                times[i] = Microseconds(reward, samples[i]);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (round < 0)
                continue;
            mean.Add(times.Average());
            bytes.Add((double)allocated / samples.Length);
            Array.Sort(times);
            median.Add(times[times.Length / 2]);
            p99.Add(times[(int)(times.Length * 0.99)]);
        }
        return
        [
            new($"a case of {samples.Length} (model_answers and math_pairs), mean", "µs", mean, "at most 45"),
            new("a case, median", "µs", median, ""),
            new("a case, 99th percentile", "µs", p99, "at most 1,000"),
            new("a case, allocated", "bytes", bytes, ""),
        ];
    }

    /// <summary>A solution's sentences over and over, then its answer.</summary>
    private static List<Figure> Lengths()
    {
        const string Sentence = "Then $x_{1} = \\frac{3}{4} + 2$ gives 12 apples, so the answer is not 7 but \\boxed{} is to be filled. ";
        List<Figure> figures = [];
        foreach (var (kilobytes, target) in new[] { (50, ""), (100, ""), (200, "at most 5") })
        {
            var text = string.Concat(Enumerable.Repeat(Sentence, kilobytes * 1000 / Sentence.Length));
            foreach (var (name, completion) in new[] { ("boxed", text + "\\boxed{\\frac{3}{4}}"), ("not announced", text + "It is 3/4") })
            {
                var sample = Sample(completion, "3/4");
                var reward = Reward();
                List<double> runs = [];
                for (var round = -WarmUp; round < Rounds; round++)
                {
                    var took = Microseconds(reward, sample) / 1000;
                    if (round >= 0)
                        runs.Add(took);
                }
                figures.Add(new($"a completion of {kilobytes} kB, {name}", "ms", runs, target));
            }
        }
        return figures;
    }

    private static List<Figure> Bombs(string folder)
    {
        List<double> slowest = [], largest = [];
        for (var round = -2; round < Rounds; round++)
        {
            var (time, bytes) = (0.0, 0.0);
            foreach (var sample in Samples(Path.Combine(folder, "issue_cases.jsonl"), kind: "dos"))
            {
                var reward = Reward();
                var allocated = GC.GetAllocatedBytesForCurrentThread();
                time = double.Max(time, Microseconds(reward, sample) / 1000);
                bytes = double.Max(bytes, (GC.GetAllocatedBytesForCurrentThread() - allocated) / 1e6);
            }
            if (round < 0)
                continue;
            slowest.Add(time);
            largest.Add(bytes);
        }
        return [new("the slowest answer that is made to exhaust a grader", "ms", slowest, "at most 50"), new("the most that such an answer allocates", "MB", largest, "at most 64")];
    }

    private static double Microseconds(ISampleReward reward, RewardSample sample)
    {
        var started = Stopwatch.GetTimestamp();
        reward.Score(sample);
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }

    private static ISampleReward Reward() => (ISampleReward)RewardCatalog.Find("math_accuracy")!.Bind(null);

    private static IEnumerable<RewardSample> Samples(string path, string? kind = null) =>
        from line in File.ReadLines(path)
        where line.Length > 0
        let row = JsonDocument.Parse(line).RootElement
        where kind is null || row.GetProperty("kind").GetString() == kind
        select Sample($@"So \boxed{{{row.GetProperty("pred").GetString()}}}.", row.GetProperty("gold").GetString()!);

    private static RewardSample Sample(string completion, string answer) => new() { Completion = completion, Reference = JsonSerializer.SerializeToElement(new { answer }) };
}
