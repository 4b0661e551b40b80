using Grpo.Bench;
using Grpo.Bench.GroupAttention;

if (args is ["group-attention", .. var what])
{
    Console.WriteLine(what switch
    {
        ["head"] => GroupAttentionReport.Head(),
        ["tiny", var folder] => GroupAttentionBenchmark.RunTiny(folder),
        [var models, var format, var shape, var llama] => GroupAttentionBenchmark.Run(models, format, shape == "long", llama),
        _ => throw new ArgumentException("Usage: Grpo.Bench group-attention <models> <f32|q8|q4> <short|long> <llama-batched-bench or empty>; see bench/run.", nameof(args)),
    });
    return 0;
}

if (args is not [var server, var model, var output])
{
    await Console.Error.WriteLineAsync("Usage: Grpo.Bench <published GrpoApi executable> <model folder> <results file>; see bench/run.");
    return 2;
}

var report = new Report("bench/run rollouts");
report.Add(await StartupBenchmark.RunAsync(server));
report.Add(await ServiceBenchmark.RunAsync(server));
report.Add(await EngineBenchmark.RunAsync(model));
report.Write(output);
return 0;
