using System.Text.Json;
using System.Text.Json.Serialization;

namespace Grpo.Rewards.Tests.Docs;

/// <summary>One example for each reward: its parameters and the samples of one group, as a request writes them.</summary>
internal static class RewardExamples
{
    /// <summary>How the samples are read.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static readonly Dictionary<string, (string Params, string[] Samples)> All = new()
    {
        ["accuracy"] = ("{}", ["""{"completion": "So it is 50%.", "reference": {"answer": "1/2"}}""", """{"completion": "(8 - 2) * 4", "reference": {"numbers": [2, 4, 8], "target": 24}}"""]),
        ["math_accuracy"] = ("{}", ["""{"completion": "Hence \\boxed{\\frac{\\sqrt{8}}{2}}.", "reference": {"answer": "\\sqrt{2}"}}""", """{"completion": "I cannot say.", "reference": {"answer": "7"}}"""]),
        ["numeric_accuracy"] = ("""{"relative_tolerance": 0.02}""", ["""{"completion": "The answer is 9.9 m/s.", "reference": {"answer": "9.81"}}"""]),
        ["choice_accuracy"] = ("{}", ["""{"completion": "It is not A, so the answer is (B).", "reference": {"answer": "B"}}""", """{"completion": "<answer>A or B</answer>", "reference": {"answer": "B"}}"""]),
        ["exact_match"] = ("{}", ["""{"completion": "<answer>The Eiffel Tower!</answer>", "reference": {"answer": ["Tour Eiffel", "Eiffel tower"]}}"""]),
        ["token_f1"] = ("{}", ["""{"completion": "<answer>a red house on the hill</answer>", "reference": {"answer": "the red house"}}"""]),
        ["regex_match"] = ("""{"pattern": "^\\d{4}-\\d{2}-\\d{2}$", "multiline": true}""", ["""{"completion": "On\n2024-02-29\nit rained."}"""]),
        ["json_match"] = ("""{"mode": "partial"}""", ["""{"completion": "```json\n{\"name\": \"Ada\", \"age\": 35}\n```", "reference": {"json": {"name": "Ada", "age": 36}}}"""]),
        ["json_schema"] = ("""{"schema": {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}, "required": ["age"]}}""", ["""{"completion": "<answer>{\"age\": 36}</answer>"}""", """{"completion": "<answer>{\"age\": -1}</answer>"}"""]),
        ["countdown"] = ("{}", ["""{"completion": "<answer>(25 - 1) × 3 ÷ 3 = 24</answer>", "reference": {"numbers": [25, 1, 3, 3], "target": 24}}"""]),
        ["format"] = ("""{"mode": "soft"}""", ["""{"completion": "<think>2 + 2</think><answer>4</answer>"}""", """{"completion": "<think>2 + 2</think> it is 4"}"""]),
        ["open_r1_format"] = ("{}", ["""{"completion": "<think>\n2 + 2\n</think>\n<answer>\n4\n</answer>"}""", """{"completion": "<think>2 + 2</think><answer>4</answer>"}"""]),
        ["open_r1_tag_count"] = ("{}", ["""{"completion": "<think>\n2 + 2\n</think>\n4"}"""]),
        ["trl_think_format"] = ("{}", ["""{"completion": "<think>2 + 2</think>4"}""", """{"completion": "2 + 2</think>4"}"""]),
        ["xml_count"] = ("{}", ["""{"completion": "<reasoning>\n2 + 2\n</reasoning>\n<answer>\n4\n</answer>\nyes"}"""]),
        ["code_format"] = ("{}", ["""{"completion": "<think>\nprint\n</think>\n<answer>\n```python\nprint(4)\n```\n</answer>"}"""]),
        ["language_consistency"] = ("""{"target": "en"}""", ["""{"completion": "<think>We add two numbers, затем проверяем сумму чисел.</think>4"}"""]),
        ["kimi_length"] = ("{}", ["""{"completion": "4", "token_count": 10, "reference": {"answer": "4"}}""", """{"completion": "4", "token_count": 30, "reference": {"answer": "4"}}""", """{"completion": "5", "token_count": 10, "reference": {"answer": "4"}}"""]),
        ["cosine_scaled"] = ("""{"max_len": 100}""", ["""{"completion": "4", "token_count": 50, "reference": {"answer": "4"}}""", """{"completion": "5", "token_count": 50, "reference": {"answer": "4"}}"""]),
        ["repetition_penalty"] = ("""{"ngram_size": 2}""", ["""{"completion": "go on go on go on"}"""]),
        ["soft_overlong"] = ("""{"max_completion_len": 100, "soft_punish_cache": 20}""", ["""{"completion": "…", "token_count": 90}"""]),
        ["stop_properly"] = ("""{"coefficient": 0.5, "reward": {"name": "accuracy"}}""", ["""{"completion": "4", "finish_reason": "length", "reference": {"answer": "4"}}"""]),
        ["reasoning_steps"] = ("{}", ["""{"completion": "Step 1: add.\nStep 2: check."}"""]),
        ["composite"] = ("""{"rewards": [{"name": "accuracy"}], "multiply_by": [{"name": "format", "params": {"preset": "think_only"}}]}""", ["""{"completion": "<think>2 + 2</think>4", "reference": {"answer": "4"}}""", """{"completion": "4", "reference": {"answer": "4"}}"""]),
    };
}
