namespace Grpo.Bench;

/// <summary>The figures of the engine and its peers with their ratios; one section for each precision and peer, so that they can be measured one at a time.</summary>
/// <param name="path">The results file; other sections that it has are kept.</param>
public sealed class PeersReport(string path)
{
    private const string Heading = "## ";
    private readonly Dictionary<string, string> _sections = Read(path);

    /// <summary>Adds or replaces the section of a precision and a peer.</summary>
    public void Add(string dtype, string peer, IReadOnlyList<Figure> figures)
    {
        var target = peer switch { "loop" => 0.95, "llama" => 1.5, _ => 6 };
        string[] lines =
        [
            Report.Machine(), "",
            "| figure | median | unit | range | runs | target |", "|---|---:|---|---|---:|---|",
            .. figures.Select(figure =>
                $"| {figure.Name} | {figure.Median:0.##} | {figure.Unit} | {figure.Runs.Min():0.##} to {figure.Runs.Max():0.##} | {figure.Runs.Count} | {figure.Target} |"),
            "", $"This engine is {figures[0].Median / figures[1].Median:0.00} times as fast as {figures[1].Name}; the target is {target}.",
        ];
        _sections[$"{dtype} beside {peer}"] = string.Join('\n', lines);
        Console.WriteLine(_sections[$"{dtype} beside {peer}"]);
    }

    /// <summary>Writes the file.</summary>
    public void Write() => File.WriteAllText(path, string.Join('\n',
    [
        "# Rollouts beside their peers", "",
        "Command: `bench/run rollouts-peers`. A random decoder of SmolLM2-135M's shape, written by bench/peers/write_smollm2.py: prompt 256, 64 new tokens, a group of 16,",
        "2 threads, prefill included. llama.cpp and transformers.js have no call that reads a group's prompt once, so they read it 16 times.",
        "Each figure is the median of its runs; the machine is shared, so the range is given too.", "",
        .. _sections.OrderBy(section => section.Key).SelectMany(section => (string[])[Heading + section.Key, "", section.Value.Trim(), ""]),
    ]));

    private static Dictionary<string, string> Read(string path) => !File.Exists(path) ? [] : File.ReadAllText(path)
        .Split('\n' + Heading).Skip(1).Select(section => section.Split('\n', 2)).ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim());
}
