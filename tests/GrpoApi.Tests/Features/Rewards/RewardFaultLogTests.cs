using Grpo.Rewards;
using GrpoApi.Features.Rewards;
using Microsoft.Extensions.Logging;

namespace GrpoApi.Tests.Features.Rewards;

public sealed class RewardFaultLogTests : ILogger<RewardFaultLog>
{
    private readonly List<(LogLevel Level, string Message, Exception? Exception)> _logged = [];

    [Fact]
    public async Task A_reward_that_throws_is_logged_as_an_error()
    {
        var log = new RewardFaultLog(this);
        var sample = new RewardSample { Completion = "a" };
        await log.StartAsync(CancellationToken.None);
        Assert.Equal("internal_error", RewardGuard.Score(new Throws(), sample).Reason);
        await log.StopAsync(CancellationToken.None);
        RewardGuard.Score(new Throws(), sample);
        var (level, message, exception) = Assert.Single(_logged);
        Assert.Equal((LogLevel.Error, "Throws failed on a sample, which has no score for it"), (level, message));
        Assert.IsType<NotSupportedException>(exception);
    }

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _logged.Add((logLevel, formatter(state, exception), exception));

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    private sealed class Throws : ISampleReward
    {
        public RewardScore Score(RewardSample sample) => throw new NotSupportedException();
    }
}
