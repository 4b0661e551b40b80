using Grpo.Engines;
using Grpo.Rollouts;
using Grpo.Testing;
using GrpoApi.Features.Policies;
using Microsoft.Extensions.Logging;

namespace GrpoApi.Tests.Features.Policies;

public sealed class OnnxPolicyLoaderTests : ILogger<OnnxPolicyLoader>
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task The_first_provider_that_works_is_taken_and_the_log_says_why_the_others_were_skipped()
    {
        await using var policy = await Load("CUDA", "CPU");

        Assert.Equal("CPU", policy.Info.Provider);
        Assert.Contains("provider CUDA skipped: ", Assert.Single(_log, IsAboutProviders), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_behind_the_provider_that_works_is_tried()
    {
        await using var policy = await Load("cpu", "CUDA");

        Assert.Equal("CPU", policy.Info.Provider);
        Assert.DoesNotContain(_log, IsAboutProviders);
    }

    [Fact]
    public async Task The_log_says_which_decoder_a_policy_has()
    {
        await using var policy = await Load("CPU");

        Assert.Equal("Policy p: decoder Group", Assert.Single(_log));
    }

    [Fact]
    public async Task A_list_in_which_none_works_is_refused_with_the_reason()
    {
        var refusal = await Assert.ThrowsAsync<ModelLoadException>(() => Load("TPU"));

        Assert.Contains("no provider 'TPU'", refusal.Message, StringComparison.Ordinal);
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _log.Add(formatter(state, exception));

    private static bool IsAboutProviders(string line) => line.Contains("provider", StringComparison.Ordinal);

    private Task<IPolicy> Load(params string[] providers) => new OnnxPolicyLoader(TimeProvider.System, this).LoadAsync(
        new PolicySource { Name = "p", Path = Path.Combine(TestData.RepositoryRoot(), "models", "tiny-r1"), Providers = providers }, CancellationToken.None);
}
