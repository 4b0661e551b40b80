using System.Diagnostics;
using System.Text.Json;

namespace Grpo.Bench.GroupAttention;

/// <summary>llama.cpp's own llama-batched-bench with the prompt shared (-pps). It samples nothing: its tokens are random.</summary>
/// <param name="binary">Path of the program.</param>
/// <param name="threads">Threads.</param>
internal sealed class LlamaCpp(string binary, int threads)
{
    // Its settings differ in what they are good at; the best of them is the peer.
    private static readonly string[][] Settings = [["-fa", "on"], ["-fa", "on", "-kvu"], ["-fa", "off", "-kvu"]];

    private readonly Dictionary<(string, RolloutShape), string[]> _best = [];

    /// <summary>The time of one rollout, in the best of the settings, which is looked for in the first call.</summary>
    public (TimeSpan Whole, string Setting) Run(string model, RolloutShape shape)
    {
        if (!_best.TryGetValue((model, shape), out var setting))
        {
            _best[(model, shape)] = setting = Settings.MinBy(settings => Measure(model, shape, settings))!;
        }

        return (Measure(model, shape, setting), string.Join(' ', setting));
    }

    private TimeSpan Measure(string model, RolloutShape shape, string[] settings)
    {
        var separate = shape.GroupSize * (shape.PromptTokens + shape.NewTokens + 64);
        using var process = Process.Start(new ProcessStartInfo(binary,
        [
            "-m", model, "-c", $"{separate}", "-b", "2048", "-ub", "512", "-npp", $"{shape.PromptTokens}", "-ntg", $"{shape.NewTokens}", "-npl", $"{shape.GroupSize}",
            "-pps", "-t", $"{threads}", "-tb", $"{threads}", "--output-format", "jsonl", .. settings,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var line = process.StandardOutput.ReadToEnd().Split('\n').LastOrDefault(text => text.StartsWith('{'))
            ?? throw new InvalidOperationException($"{binary} measured nothing on {model}.");
        process.WaitForExit();
        return TimeSpan.FromSeconds(JsonDocument.Parse(line).RootElement.GetProperty("t").GetDouble());
    }
}
