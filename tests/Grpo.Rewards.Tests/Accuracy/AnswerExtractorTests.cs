using Grpo.Rewards.Accuracy;

namespace Grpo.Rewards.Tests.Accuracy;

public class AnswerExtractorTests
{
    [Theory]
    [InlineData("<think>5</think><answer>6</answer>", "6", "answer_tag")]
    [InlineData("<answer>1</answer> no: <answer> 2 </answer>", "2", "answer_tag")]
    [InlineData("<answer>The answer is 12 apples.</answer>", "12 apples", "answer_tag")]
    [InlineData("<answer>There are 12 apples.</answer>", "12 apples", "answer_tag")]
    [InlineData(@"\boxed{Answer: 13}", "13", "boxed")]
    [InlineData("<answer>So \\boxed{7}</answer>", "7", "answer_tag")]
    [InlineData("<answer>1</answer> <answer>2", "1", "answer_tag")]
    [InlineData("\\boxed{\\frac{1}{2}}", "\\frac{1}{2}", "boxed")]
    [InlineData("\\boxed{\\{1,2\\}}", "\\{1,2\\}", "boxed")]
    [InlineData("\\boxed{\\boxed{5}}", "5", "boxed")]
    [InlineData("\\fbox{9}", "9", "boxed")]
    [InlineData("$\\boxed 5$", "5", "boxed")]
    [InlineData("so \\boxed{12\nmore", "12", "boxed")]
    [InlineData("\\boxed{3}. As asked, in \\boxed{}", "3", "boxed")]
    [InlineData("The answer is 12. I checked 3 times.", "12", "anchor")]
    [InlineData("The final answer is: $\\frac12$.", "$\\frac12$", "anchor")]
    [InlineData("**Answer:** 12", "12", "anchor")]
    [InlineData("Answer: 1,234", "1,234", "anchor")]
    [InlineData("The answer to the question is 3.5", "3.5", "anchor")]
    [InlineData("The answer is\n\n$$42$$", "$$42$$", "anchor")]
    [InlineData("所以答案是12。", "12。", "anchor")]
    [InlineData("steps\n#### 72", "72", "anchor")]
    [InlineData("60 + 20\nA: 80", "80", "anchor")]
    [InlineData("The answer is not 7. The answer is 8", "8", "anchor")]
    [InlineData("1/2", "1/2", "whole")]
    [InlineData("(1, 2)", "(1, 2)", "whole")]
    [InlineData("Then $x = 4$ holds.\nDone in step 7", "x = 4", "math")]
    [InlineData("It costs \\(12\\) in all.", "12", "math")]
    [InlineData("She pays 3 and then\nhas $1,600.", "1,600", "number")]
    [InlineData("It fell to\n-$5 at last", "-5", "number")]
    [InlineData("From 10-5 we get\n10-5", "5", "number")]
    [InlineData("One in\n3/4 of cases", "3/4", "number")]
    [InlineData("There are 7\nparts of N2O", "7", "number")]
    [InlineData("Saturday", "Saturday", "whole")]
    public void Finds(string completion, string answer, string source) =>
        Assert.Equal(new ExtractedAnswer(answer, source), AnswerExtractor.Extract(completion));

    [Theory]
    [InlineData("\\boxed{10} and then \\boxed{42}", "42", "10, 42")]
    [InlineData("\\boxed{1}, \\boxed{2} or \\boxed{3}", "3", "1, 2, 3")]
    [InlineData("\\boxed{2} for part (a), and then we find for the other part \\boxed{3}", "3", "2, 3")]
    [InlineData("\\boxed{5} so \\boxed{5}", "5", null)]
    [InlineData("\\boxed{1} was my first try but it did not hold at all \\boxed{2}", "2", null)]
    public void Finds_the_boxes_that_may_be_one_answer(string completion, string last, string? joined) =>
        Assert.Equal(new ExtractedAnswer(last, "boxed", Joined: joined), AnswerExtractor.Extract(completion));

    [Theory]
    [InlineData("\\boxed{28} percent", "28%")]
    [InlineData("$\\boxed{28}\\%$", "28%")]
    [InlineData("\\boxed{28}$ \\text{ percent}", "28%")]
    [InlineData("it grew by\n28 pct", "28%")]
    public void Finds_a_percent_sign_outside_of_the_box(string completion, string percent) => Assert.Equal(percent, AnswerExtractor.Extract(completion)?.Percent);

    [Theory]
    [InlineData("The final answer is $12$. I hope it is correct. Note: the answer is often given as 13", "$12$")]
    [InlineData("Final Answer: The largest $n$ is 34.", "34")]
    [InlineData("所以最终答案为：**12**。", "12")]
    [InlineData("答案应该是 12", "12")]
    [InlineData("Donc la réponse est 12.", "12")]
    [InlineData("Die Antwort lautet 12.", "12")]
    [InlineData("Ответ: 12", "12")]
    [InlineData("정답: 12", "12")]
    [InlineData("$$a = b \\geq 2$$ Therefore, it grows by 100%.", "100%")]
    [InlineData("Answer $ \\frac12 \\$ = \\frac{10}{9} $", "\\frac12 \\$ = \\frac{10}{9}")]
    [InlineData("\\boxed{185\\}", "185\\")]
    public void Finds_what_is_meant(string completion, string answer) => Assert.Equal(answer, AnswerExtractor.Extract(completion)?.Text);

    [Fact]
    public void A_box_that_the_end_of_the_text_cuts_is_no_answer() => Assert.Null(AnswerExtractor.Extract("So it is 7: \\boxed{42"));

    [Theory]
    [InlineData("")]
    [InlineData("no\nidea")]
    public void Finds_nothing(string completion) => Assert.Null(AnswerExtractor.Extract(completion));

    [Fact]
    public void Reasoning_is_outside_the_default_scope()
    {
        const string Completion = "<think>\\boxed{1}</think>It is 2";
        Assert.Equal("2", AnswerExtractor.Extract(Completion)?.Text);
        Assert.Equal("1", AnswerExtractor.Extract(Completion, AnswerScope.Whole)?.Text);
        Assert.Null(AnswerExtractor.Extract(Completion, AnswerScope.AnswerTag));
    }

    [Fact]
    public void Several_numbers_in_an_announced_sentence_are_no_answer() =>
        Assert.Equal("either 41 or maybe 42", AnswerExtractor.Extract("The answer is either 41 or maybe 42")?.Text);

    [Fact]
    public void Anchored_only_ignores_loose_numbers() => Assert.Null(AnswerExtractor.Extract("We get\n42", anchoredOnly: true));
}
