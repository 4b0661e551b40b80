using Grpo.Bench;
using Grpo.Bench.Losses;

switch (args)
{
    case ["rollouts", var server, var model, var output]:
        var rollouts = new Report("Rollouts of tiny-r1", "bench/run rollouts");
        rollouts.Add(await StartupBenchmark.RunAsync(server));
        rollouts.Add(await ServiceBenchmark.RunAsync(server));
        rollouts.Add(await EngineBenchmark.RunAsync(model));
        rollouts.Write(output);
        return 0;

    case ["loss", var server, var python, var torchScript, var output]:
        var loss = new Report("The loss of 64 sequences of 8,192 tokens", "bench/run loss");
        loss.Add(await LossComputation.RunAsync(python, torchScript));
        loss.Add(await LossTensorsOverHttp.RunAsync(server));
        loss.Add(await LossJsonOverHttp.RunAsync(server));
        loss.Write(output);
        return 0;

    case ["echo", var url]:
        await EchoServer.RunAsync(url);
        return 0;

    default:
        await Console.Error.WriteLineAsync("See bench/run.");
        return 2;
}
