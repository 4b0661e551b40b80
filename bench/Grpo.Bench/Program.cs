using Grpo.Bench;

if (args is ["jobs", var host, var folder, var table])
{
    var jobs = new Report("bench/run jobs", "What jobs cost");
    jobs.Add(await JobsBenchmark.CostAsync(folder));
    jobs.Add(await JobsBenchmark.ServerAsync(host));
    jobs.Write(table);
    return 0;
}

if (args is ["math-accuracy", var data, var results])
    return MathAccuracyBenchmark.Run(data, results);

if (args is not [var server, var model, var output])
{
    await Console.Error.WriteLineAsync("Usage: Grpo.Bench <published GrpoApi executable> <model folder> <results file>, or Grpo.Bench math-accuracy <data folder> <results file>; see bench/run.");
    return 2;
}

var report = new Report("bench/run rollouts");
report.Add(await StartupBenchmark.RunAsync(server));
report.Add(await ServiceBenchmark.RunAsync(server));
report.Add(await EngineBenchmark.RunAsync(model));
report.Write(output);
return 0;
