using Grpo.Engines;
using Grpo.Rollouts;
using GrpoApi.Features.Policies.Weights;
using GrpoApi.Http;

namespace GrpoApi.Features.Policies;

/// <summary>Loads the configured policies in the background, so that the service answers at once and says how far they are.</summary>
internal sealed partial class PolicyLoading(PolicySettings settings, PolicyCatalog catalog, IServiceProvider services, TimeProvider time, ILogger<PolicyLoading> logger)
    : BackgroundService
{
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (OpenApi.IsBeingGenerated) return Task.CompletedTask;
        foreach (var source in settings.Sources)
        {
            catalog.Announce(source.Name);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Models share the cores while they load: one after the other, the default policy first.
        foreach (var source in settings.Sources)
        {
            await Task.Run(() => LoadAsync(source, stoppingToken), stoppingToken);
        }
    }

    private async Task LoadAsync(PolicySource source, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            var policy = await services.GetRequiredService<IPolicyLoader>().LoadAsync(source, cancellationToken);
            catalog.Add(policy);
            LogLoaded(source.Name, policy.Info.Engine, policy.Info.Provider, policy.Info.Dtype, (long)time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // One bad model folder must not take down the service; whoever asks for it is told.
            catalog.Fail(source.Name, problem is ModelLoadException ? problem.Message : "An unexpected error; the server's log has it.");
            LogFailed(problem, source.Name, source.Path);
        }
    }

    [LoggerMessage(10, LogLevel.Information, "Policy {Name} is ready: {Engine} on {Provider}, {Dtype}, loaded in {Milliseconds} ms")]
    private partial void LogLoaded(string name, string engine, string provider, string dtype, long milliseconds);

    [LoggerMessage(11, LogLevel.Error, "Policy {Name} could not be loaded from {Path}")]
    private partial void LogFailed(Exception exception, string name, string path);
}

/// <summary>The policies of this process.</summary>
public static class PolicyServices
{
    /// <summary>Registers the catalogue and loads what is configured.</summary>
    public static IServiceCollection AddPolicies(this IServiceCollection services) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton(provider => PolicySettings.Read(provider.GetRequiredService<IConfiguration>()))
        .AddSingleton(provider => new PolicyCatalog(provider.GetRequiredService<PolicySettings>().DefaultName))
        .AddSingleton<IPolicyLoader, OnnxPolicyLoader>()
        .AddSingleton<WeightFiles>()
        .AddHostedService<PolicyLoading>();
}
