using Grpo.Evaluation;
using Grpo.Jobs.Evaluations;

namespace Grpo.Cli;

/// <summary>Numbers in columns.</summary>
internal static class Tables
{
    /// <summary>The metrics of a report.</summary>
    public static void Metrics(EvaluationReport report)
    {
        var width = report.Metrics.Keys.Max(name => name.Length);
        foreach (var (name, metric) in report.Metrics)
        {
            var interval = metric.Ci is { } ci ? $"  95 % {Number(ci.Lower)} to {Number(ci.Upper)}" : "";
            var change = report.Changes.TryGetValue(name, out var changed) ? $"  {Change(changed)}" : "";
            Console.WriteLine($"{name.PadRight(width)}  {(metric.Value is { } value ? Number(value) : "undefined"),9}{interval}  {metric.N} prompts{change}");
        }
    }

    /// <summary>A change with its interval.</summary>
    public static string Change(PairedComparison change) =>
        change.Difference is { } difference ? $"changed by {Signed(difference)}{(change.Ci is { } ci ? $" ({Signed(ci.Lower)} to {Signed(ci.Upper)})" : "")}" : "not comparable";

    private static string Number(double value) => value.ToString("0.0000");

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000;0.0000");
}

/// <summary>Files of one JSON object per line.</summary>
internal static class Lines
{
    /// <summary>Writes them as they come.</summary>
    public static async Task<long> WriteAsync(FileInfo file, IAsyncEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var count = 0L;
        await using var writer = new StreamWriter(file.FullName) { NewLine = "\n" };
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
            count++;
        }

        return count;
    }
}
