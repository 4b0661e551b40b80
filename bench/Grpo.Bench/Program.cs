using Grpo.Bench;
using Grpo.Bench.GroupAttention;
using Grpo.Bench.Losses;

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

    case ["policies", var server, var data, var output]:
        var policies = new Report("bench/run policies", "Tokenizers and weight updates");
        policies.Add(new TokenizerBenchmark(data).Run());
        policies.Add(await WeightUpdateBenchmark.RunAsync(server));
        policies.Write(output);
        return 0;

    case ["jobs", var folder, var costs]:
        var jobs = new Report("bench/run jobs", "What an evaluation costs over the same rollouts called directly");
        jobs.Add(await JobCostBenchmark.RunAsync(folder));
        jobs.Write(costs);
        return 0;

    case ["jobs-service", var host, var effects]:
        var service = new Report("bench/run jobs", "What a job does to the service that runs it");
        service.Add(await JobServiceBenchmark.RunAsync(host));
        service.Write(effects);
        return 0;

    case ["peers", var models, var peers, var output, .. var pairs]:
        var table = new PeersReport(output);
        foreach (var (precision, peer) in pairs.Select(pair => pair.Split(':')).Select(parts => (parts[0], parts[1])))
        {
            table.Add(precision, peer, await new PeerBenchmark(models, peers).RunAsync(precision, peer));
            table.Write();
        }

        return 0;

    case ["loss", var server, var python, var torchScript, var output]:
        var loss = new Report("bench/run loss", "The loss of 64 sequences of 8,192 tokens");
        loss.Add(await LossComputation.RunAsync(python, torchScript));
        loss.Add(await LossTensorsOverHttp.RunAsync(server));
        loss.Add(await LossJsonOverHttp.RunAsync(server));
        loss.Write(output);
        return 0;

    case ["group-attention", "head"]:
        Console.WriteLine(GroupAttentionReport.Head());
        return 0;

    case ["group-attention", "tiny", var folder]:
        Console.WriteLine(GroupAttentionBenchmark.RunTiny(folder));
        return 0;

    case ["group-attention", var shapes, var format, var shape, var llama]:
        Console.WriteLine(GroupAttentionBenchmark.Run(shapes, format, shape == "long", llama));
        return 0;

    case ["devices", var written, .. var cells]:
        foreach (var cell in cells.Select(cell => cell.Split(':')))
        {
            Console.WriteLine(await new DeviceBenchmark(written).RunAsync(cell[0], cell[1]));
        }

        return 0;

    case ["echo", var url]:
        await EchoServer.RunAsync(url);
        return 0;

    default:
        await Console.Error.WriteLineAsync("Usage: Grpo.Bench policies <published GrpoApi> <data folder> <results file> | jobs <model folder> <results file> | jobs-service <published GrpoApi> <results file> | rollouts <published GrpoApi> <model folder> <results file> | rewards <published GrpoApi> <data folder> <results file> | math-accuracy <data folder> <results file> | loss <published GrpoApi> <python> <script> <results file> | peers <models> <scripts> <results file> fp32:loop|fp32:llama|q8:transformers ... | group-attention <models> fp32|q8|q4 short|long <llama-batched-bench> | devices <models> CPU:fp32|CUDA:fp16|WebGPU:fp32 ...; see bench/run.");
        return 2;
}
