using System.Runtime.InteropServices;

namespace Grpo.Bench;

/// <summary>The figures of one run as a Markdown table, with what was run where.</summary>
public sealed class Report(string command, string title = "Rollouts of tiny-r1")
{
    private readonly List<Figure> _figures = [];

    /// <summary>Adds figures.</summary>
    public void Add(IEnumerable<Figure> figures) => _figures.AddRange(figures);

    /// <summary>Prints the table and writes it to a file.</summary>
    public void Write(string path)
    {
        string[] lines =
        [
            $"# {title}", "",
            $"Command: `{command}`. {Machine()}",
            "Each figure is the median of its runs; the machine is shared, so the range is given too.", "",
            "| figure | median | unit | range | runs | target |", "|---|---:|---|---|---:|---|",
            .. _figures.Select(figure =>
                $"| {figure.Name} | {figure.Median:0.###} | {figure.Unit} | {figure.Runs.Min():0.###} to {figure.Runs.Max():0.###} | {figure.Runs.Count} | {figure.Target} |"),
        ];
        File.WriteAllLines(path, lines);
        Console.WriteLine(string.Join('\n', lines));
    }

    /// <summary>The day and the machine, as a sentence.</summary>
    public static string Machine() =>
        $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, {Environment.ProcessorCount} cores, {Cpu()}, {RuntimeInformation.FrameworkDescription}.";

    private static string Cpu() =>
        (File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null)
            ?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
}
