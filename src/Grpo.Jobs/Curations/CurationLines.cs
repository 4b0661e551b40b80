using System.Text.Json.Nodes;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Requests;
using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Curations;

/// <summary>Writes kept samples in the forms that trainers load.</summary>
internal static class CurationLines
{
    /// <summary>The lines of one prompt.</summary>
    public static IReadOnlyList<JsonObject> Of(CurationOutput output, RowPrompt prompt, IReadOnlyList<SampleResult> group, Selection selection) => output switch
    {
        CurationOutput.SftMessages => [.. selection.Kept.Select(sample => new JsonObject { ["messages"] = new JsonArray([.. Conversation(prompt), Assistant(sample)]) })],
        CurationOutput.SftText => [.. selection.Kept.Select(sample => new JsonObject { ["prompt"] = group[0].Prompt ?? "", ["completion"] = sample.Completion })],
        _ => Pairs(prompt, group, selection),
    };

    // The best kept sample with the worst of all, the next with the next; only where the rewards differ.
    private static List<JsonObject> Pairs(RowPrompt prompt, IReadOnlyList<SampleResult> group, Selection selection)
    {
        var kept = selection.Kept.Select(sample => sample.SampleIndex).ToHashSet();
        List<SampleResult> rejected = [.. group.Where(sample => sample.Error is null && sample.Reward is not null && !kept.Contains(sample.SampleIndex)).OrderBy(sample => sample.Reward).ThenBy(sample => sample.SampleIndex)];
        return [.. selection.Kept.Zip(rejected).Where(pair => pair.First.Reward > pair.Second.Reward).Select(pair => Pair(prompt, pair.First, pair.Second))];
    }

    private static JsonObject Pair(RowPrompt prompt, SampleResult chosen, SampleResult rejected) => prompt.Messages is null
        ? new JsonObject { ["prompt"] = prompt.Text, ["chosen"] = chosen.Completion, ["rejected"] = rejected.Completion }
        : new JsonObject { ["prompt"] = new JsonArray([.. Conversation(prompt)]), ["chosen"] = new JsonArray(Assistant(chosen)), ["rejected"] = new JsonArray(Assistant(rejected)) };

    private static IEnumerable<JsonNode?> Conversation(RowPrompt prompt) => prompt.Messages is { } messages
        ? messages.Select(message => message.DeepClone())
        : [new JsonObject { ["role"] = "user", ["content"] = prompt.Text }];

    private static JsonObject Assistant(SampleResult sample) => new JsonObject { ["role"] = "assistant", ["content"] = sample.Completion };
}
