using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>Short ways to render a template in a test.</summary>
internal static class Rendering
{
    /// <summary>A clock that stands at 2026-01-02 03:04:05.</summary>
    public static TimeProvider Clock { get; } = new StoppedClock(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    /// <summary>A template rendered with variables written as JSON.</summary>
    public static string Render(string template, string variables = "{}") =>
        ChatTemplate.Parse(template, Clock).Render(new ChatRequest { Messages = [], TemplateArguments = JsonNode.Parse(variables)!.AsObject() });

    /// <summary>Message of the error a template ends with.</summary>
    public static string Error(string template, string variables = "{}") =>
        Assert.Throws<ChatTemplateException>(() => Render(template, variables)).Message;

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
