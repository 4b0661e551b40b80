using Grpo.Rewards;

namespace GrpoApi.Features.Rewards;

/// <summary>Logs every reward that throws; the sample it was about has the reason <c>internal_error</c>.</summary>
public sealed partial class RewardFaultLog(ILogger<RewardFaultLog> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        RewardGuard.Fault += Log;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        RewardGuard.Fault -= Log;
        return Task.CompletedTask;
    }

    private void Log(object? sender, RewardFaultEventArgs fault) => LogFault(fault.Exception, fault.Reward.GetType().Name);

    [LoggerMessage(50, LogLevel.Error, "{Reward} failed on a sample, which has no score for it")]
    private partial void LogFault(Exception exception, string reward);
}
