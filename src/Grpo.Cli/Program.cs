using System.CommandLine;
using Grpo.Cli;

var root = new RootCommand("Evaluate a policy, compare evaluations, make training data. Exit codes: 0 passed, 1 a gate failed, 2 wrong usage, 3 something broke.")
{
    EvalCommand.Create(), CompareCommand.Create(), CurateCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0) return await parsed.InvokeAsync();
foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"error: {error.Message}");
return ExitCodes.Usage;
