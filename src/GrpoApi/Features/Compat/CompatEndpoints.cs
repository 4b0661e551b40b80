using GrpoApi.Features.Compat.OpenAi;
using GrpoApi.Features.Compat.RewardServers;
using GrpoApi.Features.Compat.RolloutServers;
using GrpoApi.Features.Compat.Sampling;

namespace GrpoApi.Features.Compat;

/// <summary>Routes in the JSON of other systems: OpenAI's beside our own, the others each under a prefix that its client is given as base address. They ignore unknown fields, as their originals do.</summary>
public static class CompatEndpoints
{
    /// <summary>Their place in the document.</summary>
    internal const string Tag = "9 Compatibility";

    /// <summary>Registers what the routes need.</summary>
    public static IServiceCollection AddCompat(this IServiceCollection services) => services.AddSingleton<CompatRewards>().AddSingleton<CompatRollouts>();

    /// <summary>Maps the operations.</summary>
    public static void MapCompat(this WebApplication app)
    {
        app.Services.GetRequiredService<CompatRewards>(); // a wrong Compat:Rewards stops the start
        var compat = app.MapGroup("/compat").RequireAuthorization()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status500InternalServerError);
        compat.MapOpenRlhf();
        compat.MapSlime();
        compat.MapNemoGym();
        compat.MapTrl();
        compat.MapSglang();
        app.MapGroup("/compat").RequireAuthorization().WithOpenAiErrors().MapVllm();
        app.MapOpenAi();
    }
}
