using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Grpo.Engines.Tokenizers;

namespace Grpo.Bench;

/// <summary>A real tokenizer of 128,000 tokens: how fast it loads and how fast it reads.</summary>
/// <param name="data">The folder with other people's test data, of which tokenizers/llama3.2, rewards/gsm8k_solutions.jsonl and rewards/language_sentences.jsonl are read.</param>
public sealed class TokenizerBenchmark(string data)
{
    private const int WarmUps = 5;
    private const int Runs = 11;
    private const double Megabyte = 1_000_000;

    /// <summary>Loads it, and encodes the same texts again and again on one thread; words that it has met may come from its cache.</summary>
    public IEnumerable<Figure> Run()
    {
        var json = File.ReadAllBytes(Path.Combine(data, "tokenizers", "llama3.2", "tokenizer.json"));
        var load = Timed(() => Tokenizer.FromJson(json)).Select(seconds => seconds * 1000).ToList();
        var tokenizer = Tokenizer.FromJson(json);
        return
        [
            new Figure($"load of a vocabulary of {tokenizer.VocabSize:n0} tokens ({json.Length / Megabyte:f1} MB of JSON)", "ms", load, "at most 300"),
            Encoding(tokenizer, "English solutions of GSM8K", Texts("gsm8k_solutions.jsonl", "solution")),
            Encoding(tokenizer, "sentences of 25 languages", Texts("language_sentences.jsonl", "text")),
        ];
    }

    private static Figure Encoding(Tokenizer tokenizer, string what, IReadOnlyList<string> texts)
    {
        var bytes = texts.Sum(System.Text.Encoding.UTF8.GetByteCount);
        var seconds = Timed(() =>
        {
            foreach (var text in texts) tokenizer.Encode(text, addSpecialTokens: false);
        });
        return new Figure($"{what} encoded, one thread, {bytes / Megabyte:f1} MB", "MB of UTF-8/s", [.. seconds.Select(one => bytes / Megabyte / one)], "at least 5");
    }

    private List<string> Texts(string file, string field) => [.. File.ReadLines(Path.Combine(data, "rewards", file)).Select(line => (string)JsonNode.Parse(line)![field]!)];

    private static List<double> Timed(Action action)
    {
        var seconds = new List<double>();
        for (var run = 0; run < WarmUps + Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            if (run >= WarmUps) seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return seconds;
    }
}
