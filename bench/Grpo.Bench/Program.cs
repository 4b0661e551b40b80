using Grpo.Bench;

switch (args)
{
    case ["math-accuracy", var data, var results]:
        return MathAccuracyBenchmark.Run(data, results);

    case ["rollouts", var server, var model, var output]:
        var report = new Report("bench/run rollouts");
        report.Add(await StartupBenchmark.RunAsync(server));
        report.Add(await ServiceBenchmark.RunAsync(server));
        report.Add(await EngineBenchmark.RunAsync(model));
        report.Write(output);
        return 0;

    case ["peers", var models, var peers, var output, .. var pairs]:
        var table = new PeersReport(output);
        foreach (var (precision, peer) in pairs.Select(pair => pair.Split(':')).Select(parts => (parts[0], parts[1])))
        {
            table.Add(precision, peer, await new PeerBenchmark(models, peers).RunAsync(precision, peer));
            table.Write();
        }

        return 0;

    default:
        await Console.Error.WriteLineAsync("Usage: Grpo.Bench rollouts <published GrpoApi> <model folder> <results file> | math-accuracy <data folder> <results file> | peers <models> <scripts> <results file> fp32:loop|fp32:llama|q8:transformers ...; see bench/run.");
        return 2;
}
