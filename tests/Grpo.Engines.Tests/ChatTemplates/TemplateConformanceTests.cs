using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;
using Grpo.Testing;

namespace Grpo.Engines.Tests.ChatTemplates;

/// <summary>Templates of published models against renderings by Jinja2.</summary>
public class TemplateConformanceTests
{
    private const string Expected = "chat/expected.jsonl";

    [ConformanceFact(Expected)]
    public void Every_row_renders_as_Jinja2_renders_it()
    {
        var rows = File.ReadLines(TestData.Path(Expected)).Select(line => JsonNode.Parse(line)!.AsObject()).ToArray();

        var differences = rows.Select(Difference).OfType<string>().ToArray();

        Assert.NotEmpty(rows);
        Assert.True(differences.Length == 0, $"{differences.Length} of {rows.Length} rows differ:\n{string.Join('\n', differences)}");
    }

    private static string? Difference(JsonObject row)
    {
        var name = $"{row["template"]} {row["case"]}";
        var expected = row["jinja2"]?.GetValue<string>();
        try
        {
            var template = ChatTemplate.Parse(File.ReadAllText(TestData.Path($"chat/templates/{row["template"]}")), Rendering.Clock);
            var actual = template.Render(RequestOf(row["input"]!.AsObject()));
            return actual == expected ? null : $"{name}: expected {expected ?? $"error {row["jinja2_error"]}"}\n    actual {actual}";
        }
        catch (ChatTemplateException exception)
        {
            return expected is null ? null : $"{name}: {exception.Message}";
        }
    }

    private static ChatRequest RequestOf(JsonObject input)
    {
        string[] own = ["messages", "tools", "add_generation_prompt"];
        return new ChatRequest
        {
            Messages = [.. input["messages"]!.AsArray().Select(message => message!.AsObject())],
            Tools = input["tools"] as JsonArray,
            AddGenerationPrompt = input["add_generation_prompt"]!.GetValue<bool>(),
            TemplateArguments = new JsonObject(input.Where(entry => !own.Contains(entry.Key)).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
        };
    }
}
