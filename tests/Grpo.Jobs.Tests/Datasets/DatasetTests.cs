using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpo.Jobs.Datasets;
using Grpo.Jobs.Requests;

namespace Grpo.Jobs.Tests.Datasets;

public class DatasetTests
{
    [Fact]
    public void Fields_are_filled_and_other_braces_stay()
    {
        var row = JsonElement.Parse("""{"question":"1+1?","n":3,"tags":["a"],"none":null}""");
        Assert.Equal("Q: 1+1? in \\boxed{} of {question} 3 [\"a\"]  { x }", FieldTemplate.Fill("Q: {question} in \\boxed{} of {{question}} {n} {tags} {none} { x }", row, "p"));
    }

    [Fact]
    public void Fields_are_named_in_any_script() => Assert.Equal("1+1 é", FieldTemplate.Fill("{问题} {réponse}", JsonElement.Parse("""{"问题":"1+1","réponse":"é"}"""), "p"));

    [Fact]
    public void A_template_that_is_one_field_keeps_its_type()
    {
        var row = JsonElement.Parse("""{"n":3,"numbers":[1,2]}""");
        Assert.Equal("""{"a":3,"b":[1,2],"c":"n is 3","d":true}""", FieldTemplate.Fill(JsonNode.Parse("""{"a":"{n}","b":"{numbers}","c":"n is {n}","d":true}"""), row, "reference")!.ToJsonString());
    }

    [Fact]
    public void A_missing_field_is_named_with_those_there_are()
    {
        var problem = Assert.Throws<DatasetException>(() => FieldTemplate.Fill("{answer}", JsonElement.Parse("""{"question":1,"solution":2}"""), "prompt.text"));
        Assert.Equal("prompt.text", problem.Path);
        Assert.Equal("There is no field 'answer'; the row has question, solution.", problem.Message);
    }

    [Theory]
    [InlineData("""{"question":"q","answer":"a #### 7"}""", "gsm8k", "q", """{"answer":"a #### 7"}""")]
    [InlineData("""{"problem":"p","solution":"s","answer":"7","subject":"Algebra","level":2,"unique_id":"u"}""", "math-500", "p", """{"answer":"7"}""")]
    [InlineData("""{"ID":"2024-I-1","Problem":"p","Solution":"s","Answer":204}""", "aime", "p", """{"answer":204}""")]
    [InlineData("""{"prompt":"p","solution":"s"}""", "prompt", "p", """{"answer":"s"}""")]
    [InlineData("""{"messages":[{"role":"system","content":"x"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}],"answer":"7"}""", "chat", "q", """{"answer":"7"}""")]
    public void Common_forms_are_recognised(string json, string format, string lastMessage, string reference)
    {
        var row = JsonElement.Parse(json);
        var found = DatasetFormat.Of(row)!;
        var prompt = new RowPrompts(found.Prompt, found.Reference).Of(row);
        Assert.Equal(format, found.Name);
        Assert.Equal(lastMessage, (string?)prompt.Messages![^1]["content"]);
        Assert.Equal(reference, prompt.Reference!.Value.GetRawText());
    }

    [Fact]
    public void Other_forms_are_not_guessed() => Assert.Null(DatasetFormat.Of(JsonElement.Parse("""{"text":"x"}""")));

    [Theory]
    [InlineData("{\"a\":1}\n\n{\"a\":", "Line 3 is not JSON")]
    [InlineData("{\"a\":1}\r\n[1]\r\n", "Line 2 is array")]
    [InlineData("{\"a\":1}\n{\"a\":2} x\n", "Line 2 is not JSON")]
    [InlineData("{\"a\":1}\n{\"a\":\"\\ud800\"}\n", "Line 2 holds text that is not valid Unicode")]
    public async Task A_bad_line_is_told_by_its_number(string text, string expected)
    {
        var problem = await Assert.ThrowsAsync<DatasetException>(async () => await ReadAsync(Encoding.UTF8.GetBytes(text)));
        Assert.StartsWith(expected, problem.Message, StringComparison.Ordinal);
        Assert.Equal("dataset.path", problem.Path);
    }

    [Fact]
    public async Task Lines_may_be_long_and_end_without_a_newline_and_begin_with_a_mark()
    {
        var text = "\uFEFF{\"a\":\"" + new string('ü', 20_000) + "\"}\r\n\r\n{\"a\":\"x\"}";
        Assert.Equal(2, (await ReadAsync(Encoding.UTF8.GetBytes(text))).Count);
        var problem = await Assert.ThrowsAsync<DatasetException>(async () => await ReadAsync(Encoding.UTF8.GetBytes("{}\n" + new string(' ', 200_000))));
        Assert.StartsWith("Line 2 is longer", problem.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatasetException>(async () => await ReadAsync([(byte)'{', 0xff, (byte)'}']));
    }

    [Fact]
    public void Wrong_requests_are_told_where()
    {
        var request = new EvaluationRequest
        {
            Dataset = new DatasetSource(),
            Rewards = [],
            SamplesPerPrompt = 0,
            Metrics = ["pass@0"],
            Gates = [new Gate { Metric = "x" }, new Gate { Metric = "pass@1", MaxRegression = 0.1 }],
            Prompt = new PromptTemplate(),
            MaxErrorRate = 2,
        };
        Assert.Equal(
            ["dataset", "gates[0]", "gates[0].metric", "gates[1].max_regression", "max_error_rate", "metrics[0]", "prompt", "samples_per_prompt"],
            JobRules.Problems(request).Select(problem => problem.Path).Order());
    }

    private static async Task<List<JsonElement>> ReadAsync(byte[] bytes)
    {
        List<JsonElement> rows = [];
        await foreach (var row in DatasetLines.ReadAsync(new MemoryStream(bytes), "dataset.path", 100_000, CancellationToken.None)) rows.Add(row);
        return rows;
    }
}
