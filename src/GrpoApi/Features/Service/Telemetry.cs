using Grpo.Engines;
using Grpo.Rewards;
using GrpoApi.Features.Jobs;
using GrpoApi.Features.Loss;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace GrpoApi.Features.Service;

/// <summary>Figures for Prometheus. docs/metrics.md lists them.</summary>
internal static class Telemetry
{
    private const string Path = "/metrics";
    private const string Hosting = "Microsoft.AspNetCore.Hosting";

    /// <summary>Collects what the layers measure.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<PolicyMetrics>().AddOpenTelemetry().ConfigureResource(static resource => resource.AddService("GrpoApi", serviceVersion: ServiceEndpoints.Version, autoGenerateServiceInstanceId: false)).WithMetrics(metrics => metrics
            .AddMeter(Hosting, EngineMeter.Name, RewardMeter.Name, LossMeter.Name, JobMetrics.MeterName)
            .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0));
        return services;
    }

    /// <summary>Maps the operation. Its figures tell of policies and traffic: where keys are configured, one is needed.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        app.Services.GetRequiredService<PolicyMetrics>();
        var jobs = app.Services.GetRequiredService<JobMetrics>();
        app.UseWhen(static context => context.Request.Path == Path, branch => branch.Use(async (context, next) =>
        {
            await jobs.RefreshAsync(context.RequestAborted);
            await next(context);
        }));
        app.MapPrometheusScrapingEndpoint(Path).RequireAuthorization();
    }
}
