using System.CommandLine;
using Grpo.Jobs;
using Grpo.Jobs.Curations;
using Grpo.Jobs.Requests;

namespace Grpo.Cli;

/// <summary><c>grpo curate</c>: training data out of a policy's own samples.</summary>
internal static class CurateCommand
{
    public static Command Create()
    {
        var shared = new SharedOptions();
        var output = new Option<FileInfo>("--output") { Description = "The data, one JSON object per line.", Required = true };
        var format = new Option<CurationOutput>("--format")
        {
            Description = "sft_messages, sft_text or preference_pairs.",
            DefaultValueFactory = _ => CurationOutput.SftMessages,
            CustomParser = result => Word<CurationOutput>(result.Tokens[^1].Value, result.AddError),
        };
        var filters = new Option<CurationFilter[]>("--filter")
        {
            Description = "mixed_language, long_paragraphs, code_blocks, truncated or duplicates; may be repeated.",
            CustomParser = result => [.. result.Tokens.Select(token => Word<CurationFilter>(token.Value, result.AddError))],
        };
        var reward = new Option<double?>("--min-reward") { Description = "The least reward that is kept." };
        var best = new Option<int?>("--best-of") { Description = "Keeps this many samples of a prompt, those of the highest reward." };
        var most = new Option<int?>("--max-per-prompt") { Description = "The most samples kept of one prompt." };
        var easy = new Option<double?>("--max-pass-rate") { Description = "Leaves out prompts of which more than this share passes." };
        var hard = new Option<double?>("--min-pass-rate") { Description = "Leaves out prompts of which less than this share passes." };
        var command = new Command("curate", "Sample a dataset and keep what is right and reads well.");
        shared.AddTo(command);
        foreach (var option in (Option[])[output, format, filters, reward, best, most, hard, easy]) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => ExitCodes.RunAsync(async () =>
        {
            var request = shared.Apply(
                new CurationRequest
                {
                    Dataset = new DatasetSource(),
                    Rewards = [],
                    Output = parsed.GetValue(format),
                    Keep = new KeepRules
                    {
                        MinReward = parsed.GetValue(reward),
                        BestOf = parsed.GetValue(best),
                        MaxPerPrompt = parsed.GetValue(most),
                        MinPassRate = parsed.GetValue(hard),
                        MaxPassRate = parsed.GetValue(easy),
                        Filters = parsed.GetValue(filters) ?? [],
                    },
                },
                parsed);
            if (JobRules.Problems(request).ToList() is { Count: > 0 } problems) throw new JobRequestException(problems);
            await using var workplace = await shared.OpenAsync(parsed, cancellationToken);
            var report = JobJson.Read<CurationReport>(await workplace.RunAsync(request, shared.Dataset(parsed), new Progress(), cancellationToken));
            var rows = await Lines.WriteAsync(parsed.GetValue(output)!, workplace.ResultsAsync(cancellationToken), cancellationToken);
            if (shared.Summary(parsed) is { } markdown) await File.AppendAllTextAsync(markdown.FullName, CurationMarkdown.Write(report), cancellationToken);
            foreach (var (reason, count) in report.Dropped) Console.WriteLine($"{count,8} left out: {reason}");
            foreach (var warning in report.Warnings) Console.WriteLine($"note: {warning}");
            Console.WriteLine($"DONE: {rows} rows from {report.Kept} of {report.Samples} samples, seed {report.Seed}");
            return ExitCodes.Passed;
        }));
        return command;
    }

    private static T Word<T>(string text, Action<string> fail)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()) == text) return value;
        }

        fail($"'{text}' is not known; there are {string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName))}.");
        return default;
    }
}
