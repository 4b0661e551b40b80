using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace GrpoApi.Http;

/// <summary>What one request may ask for (configuration section <c>Limits</c>). A request beyond a limit is answered 400, a body beyond its limit 413.</summary>
public sealed class LimitsOptions
{
    /// <summary>The largest request body.</summary>
    /// <value>Bytes. The default value is 67,108,864 (64 MiB).</value>
    [Range(1024, 4L * 1024 * 1024 * 1024)]
    public long MaxBodyBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The most prompts of one rollout request.</summary>
    /// <value>Prompts, P. The default value is 512.</value>
    [Range(1, 65_536)]
    public int MaxPrompts { get; set; } = 512;

    /// <summary>The largest group: completions of one prompt, and rewards of one group.</summary>
    /// <value>Completions, G. The default value is 256.</value>
    [Range(1, 65_536)]
    public int MaxGroupSize { get; set; } = 256;

    /// <summary>The most completions of one rollout request, prompts times group size.</summary>
    /// <value>Completions, P x G. The default value is 4,096.</value>
    [Range(1, 1_048_576)]
    public int MaxCompletionsPerRequest { get; set; } = 4096;

    /// <summary>The largest <c>max_tokens</c> of a completion. The policy's context ends a completion too.</summary>
    /// <value>Tokens. The default value is 32,768.</value>
    [Range(1, 1_048_576)]
    public int MaxTokens { get; set; } = 32_768;

    /// <summary>The most stop strings and, separately, stop token ids of one request.</summary>
    /// <value>Entries. The default value is 64.</value>
    [Range(1, 65_536)]
    public int MaxStops { get; set; } = 64;

    /// <summary>The most samples of one reward request.</summary>
    /// <value>Samples. The default value is 16,384.</value>
    [Range(1, 1_048_576)]
    public int MaxSamples { get; set; } = 16_384;

    /// <summary>The most rewards (scoring rules) of one request.</summary>
    /// <value>Rewards. The default value is 32.</value>
    [Range(1, 1024)]
    public int MaxRewards { get; set; } = 32;

    /// <summary>The most groups of one advantage request.</summary>
    /// <value>Groups. The default value is 16,384.</value>
    [Range(1, 1_048_576)]
    public int MaxGroups { get; set; } = 16_384;

    /// <summary>The most sequences of one loss request.</summary>
    /// <value>Sequences, N. The default value is 16,384.</value>
    [Range(1, 1_048_576)]
    public int MaxSequences { get; set; } = 16_384;

    /// <summary>The largest dataset that may be uploaded.</summary>
    /// <value>Bytes. The default value is 1,073,741,824 (1 GiB).</value>
    [Range(1024, 1L << 40)]
    public long MaxDatasetBytes { get; set; } = 1L << 30;

    /// <summary>The most rows of a dataset.</summary>
    /// <value>Rows, P. The default value is 1,000,000.</value>
    [Range(1, 100_000_000)]
    public int MaxDatasetRows { get; set; } = 1_000_000;

    /// <summary>The longest row of a dataset.</summary>
    /// <value>Characters. The default value is 1,048,576.</value>
    [Range(1024, 1 << 30)]
    public int MaxDatasetRowBytes { get; set; } = 1 << 20;
}

/// <summary>Reads the limits and applies those that the web server enforces.</summary>
public static class Limits
{
    /// <summary>Registers <see cref="LimitsOptions"/>; a value out of range stops the process at start.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitsOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitsOptions>>(static (kestrel, limits) =>
        {
            kestrel.Limits.MaxRequestBodySize = limits.Value.MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        return services;
    }
}
