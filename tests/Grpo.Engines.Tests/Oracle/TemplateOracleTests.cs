using System.Text.Json.Nodes;
using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;
using Grpo.Testing;

namespace Grpo.Engines.Tests.Oracle;

/// <summary>Our template interpreter against the one that transformers.js uses, on published templates and on random ones.</summary>
public sealed class TemplateOracleTests
{
    [OracleFact("chat/expected.jsonl")]
    public async Task Published_templates_render_alike()
    {
        var rows = File.ReadLines(TestData.Path("chat/expected.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).Where(row => row["jinja2"] is not null).ToList();
        await CompareAsync([.. rows.Select(row => (File.ReadAllText(TestData.Path($"chat/templates/{row["template"]}")), row["input"]!.AsObject(), $"{row["template"]} {row["case"]}"))]);
    }

    [OracleFact]
    public async Task The_repositorys_template_renders_alike()
    {
        var template = await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "models", "tiny-r1", "chat_template.jinja"));
        string[] conversations = ["""[{"role": "user", "content": "a"}]""", """[{"role": "system", "content": "s"}, {"role": "user", "content": " a\n"}, {"role": "assistant", "content": "<think>b</think>c"}, {"role": "user", "content": "日本"}]"""];
        await CompareAsync([.. conversations.SelectMany(conversation => new[] { true, false }.Select(prompt => (template, new JsonObject { ["messages"] = JsonNode.Parse(conversation), ["add_generation_prompt"] = prompt }, conversation)))]);
    }

    [OracleFact]
    public async Task Random_templates_render_alike()
    {
        var random = new Random(2024);
        var context = JsonNode.Parse("""{"messages": [{"role": "user", "content": " Hello, World \n"}, {"role": "assistant", "content": "a-b-c"}, {"role": "tool", "content": ""}], "n": 7, "m": 3, "s": "Ünï \"q\" <x>", "flag": true, "xs": [3, 1, 2], "d": {"k": "v", "l": [1]}, "add_generation_prompt": true}""")!.AsObject();
        await CompareAsync([.. Enumerable.Range(0, 500).Select(_ => RandomTemplate.Of(random)).Select(template => (template, context, template))]);
    }

    private static async Task CompareAsync(IReadOnlyList<(string Template, JsonObject Context, string Name)> cases)
    {
        var answers = await NpmOracle.AskAsync(cases.Select(one => new JsonObject { ["ask"] = "render", ["template"] = one.Template, ["context"] = one.Context.DeepClone() }));
        var (differences, unanswered) = (new List<string>(), new List<string>());
        foreach (var (one, theirs) in cases.Zip(answers))
        {
            string? ours, problem = null;
            try
            {
                ours = ChatTemplate.Parse(one.Template, ChatTemplates.Rendering.Clock).Render(RequestOf(one.Context));
            }
            catch (ChatTemplateException refused)
            {
                (ours, problem) = (null, refused.Message);
            }

            // What theirs does not know, it has no opinion on.
            if ((string?)theirs["text"] is not { } expected)
            {
                unanswered.Add($"{one.Name}: {theirs["error"]}");
            }
            else if (ours != expected)
            {
                differences.Add($"{one.Name}\n    {Difference(expected, ours, problem)}");
            }
        }

        Assert.True(unanswered.Count <= cases.Count / 10, $"{unanswered.Count} of {cases.Count} unanswered:\n{string.Join('\n', unanswered.Take(25))}");
        Assert.True(differences.Count == 0, $"{differences.Count} of {cases.Count} differ:\n{string.Join('\n', differences.Take(25))}");
    }

    private static string Difference(string expected, string? actual, string? problem)
    {
        const int Context = 40;
        if (actual is null) return $"ours refuses: {problem}";
        var at = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"at {at}: theirs {Around(expected, at)}, ours {Around(actual, at)}";

        static string Around(string text, int at) => System.Text.Json.JsonSerializer.Serialize(text[Math.Max(0, at - Context)..Math.Min(text.Length, at + Context)]);
    }

    private static ChatRequest RequestOf(JsonObject input)
    {
        string[] own = ["messages", "tools", "add_generation_prompt"];
        return new ChatRequest
        {
            Messages = [.. input["messages"]!.AsArray().Select(message => message!.AsObject())],
            Tools = input["tools"] as JsonArray,
            AddGenerationPrompt = input["add_generation_prompt"]?.GetValue<bool>() ?? false,
            TemplateArguments = new JsonObject(input.Where(entry => !own.Contains(entry.Key)).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))),
        };
    }
}
