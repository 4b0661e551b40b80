using System.Text;

namespace Grpo.Rewards.Tests.Fuzz;

/// <summary>Texts that a model could write to confuse a reward: mixed fragments of everything a reward looks for, and long runs of one of them.</summary>
internal static class HostileTexts
{
    /// <summary>What rewards look for, cut so that it also occurs broken.</summary>
    public static readonly string[] Fragments =
    [
        "<think>", "</think>", "<answer>", "</answer>", "<reasoning>\n", "\n</reasoning>\n", "<", ">", "</", "\n", "\r\n", " ", "\t", "\u001c", "\u00a0",
        @"\boxed{", @"\frac{", @"\sqrt", @"\left(", @"\right]", @"\begin{pmatrix}", @"\end{pmatrix}", @"\text{", @"\pm", @"\infty", @"\cup", @"\in", @"\overline{3}", @"\", "{", "}", "(", ")", "[", "]", "$", "$$", @"\(", @"\[", "&", "|",
        "the answer is ", "Answer: ", "答案是", "#### ", "A", "B or C", " I ", "Step 1:", "First,", "\n- ", "1. ", "```", "```json\n", "```python\n", "\"", ":", ",", "null", "true",
        "0", "1", "7", "12,345", "3.14", "1e9", "1e400000000", "9999999999", "!", "^", "_", "+", "-", "*", "/", "=", "%", "<=", "×", "÷", "−", "π", "√2", "½", "²",
        "x", "sin", "log", "apple", "für", "слово", "思考", "かな", "한국어", "مرحبا", "שלום", "ไทย", "हिन्दी", "😀", "\ud800", "\udc00", "e\u0301", "\u202e", "\0", "\u200b", "ﬁ", "Ａ",
    ];

    /// <summary>A text of random fragments.</summary>
    public static string Mixed(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(40); left > 0; left--)
            text.Append(Fragments[random.Next(Fragments.Length)]);
        return text.ToString();
    }

    /// <summary>One fragment over and over, about <paramref name="length"/> characters long.</summary>
    public static string Run(string fragment, int length) => new StringBuilder(length).Insert(0, fragment, length / fragment.Length).ToString();
}
