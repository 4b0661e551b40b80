using Grpo.Bench;

switch (args)
{
    case ["math-accuracy", var data, var results]:
        return MathAccuracyBenchmark.Run(data, results);

    case ["rewards", var server, var data, var results]:
        var rewards = new Report("bench/run rewards", "Rewards");
        rewards.Add(await new RewardsBenchmark(data).RunAsync(server));
        rewards.Write(results);
        return 0;

    case ["rollouts", var server, var model, var output]:
        var report = new Report("bench/run rollouts");
        report.Add(await StartupBenchmark.RunAsync(server));
        report.Add(await ServiceBenchmark.RunAsync(server));
        report.Add(await EngineBenchmark.RunAsync(model));
        report.Write(output);
        return 0;

    case ["peers", var models, var peers, var output, .. var precisions]:
        var table = new PeersReport(output);
        foreach (var precision in precisions)
        {
            table.Add(precision, await new PeerBenchmark(models, peers).RunAsync(precision));
        }

        table.Write();
        return 0;

    default:
        await Console.Error.WriteLineAsync("Usage: Grpo.Bench rollouts <published GrpoApi> <model folder> <results file> | rewards <published GrpoApi> <data folder> <results file> | math-accuracy <data folder> <results file> | peers <models> <scripts> <results file> fp32|q8|q4 ...; see bench/run.");
        return 2;
}
