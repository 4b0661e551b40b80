using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpo.Engines.Weights;
using Grpo.Rollouts;

namespace Grpo.Engines;

/// <summary>What the engines record as it happens; what can be read at any time is in <see cref="PolicyMetrics"/>.</summary>
public static class EngineMeter
{
    /// <summary>The meter's name, for whoever listens.</summary>
    public const string Name = "Grpo.Engines";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> UpdateDuration = Meter.CreateHistogram(
        "grpo.policy.weight_update.duration", "s", "Weight updates, from the first byte to the new version.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] });

    /// <summary>Runs an update and records how long it took and how it ended: updated, refused, cancelled or failed.</summary>
    internal static async Task<WeightUpdate> MeasureUpdateAsync(string policy, WeightUpdateMode mode, Func<Task<WeightUpdate>> update)
    {
        var started = Stopwatch.GetTimestamp();
        var outcome = "failed";
        try
        {
            var result = await update();
            outcome = "updated";
            return result;
        }
        catch (Exception exception) when (exception is SafetensorsException or WeightsRefusedException)
        {
            outcome = "refused";
            throw;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            UpdateDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("policy", policy), new("mode", NameOf(mode)), new("outcome", outcome));
        }
    }

    private static string NameOf(WeightUpdateMode mode) => mode switch
    {
        WeightUpdateMode.Wait => "wait",
        WeightUpdateMode.Abort => "abort",
        _ => "in_flight",
    };
}
