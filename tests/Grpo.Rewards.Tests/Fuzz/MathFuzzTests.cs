using System.Globalization;
using System.Text;
using Grpo.Rewards.Math;
using Xunit.Abstractions;
using static Grpo.Rewards.Tests.Samples;

namespace Grpo.Rewards.Tests.Fuzz;

/// <summary>Random and mutated mathematics: nothing throws, nothing takes more than its budget, every answer equals itself, and order does not matter.</summary>
/// <remarks>The seeds are fixed; <c>GRPO_FUZZ_SECONDS</c> says for how long they go on, by default 2 seconds.</remarks>
public class MathFuzzTests(ITestOutputHelper output)
{
    private const long MostBytes = 64_000_000;

    private static readonly string[] Answers =
    [
        @"\frac{3}{4}", @"2\frac{1}{2}", @"x^{2}-3x+\sqrt{2}", @"\left[-1, \frac{1}{2}\right) \cup (3, \infty)", @"\{1, 2, \sqrt[3]{5}\}", @"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", @"\sum_{k=1}^{n} k^2", @"\int_0^1 x\,dx",
        @"\begin{cases} x & x > 0 \\ -x & x \le 0 \end{cases}", @"x = 1 \text{ or } x = -2", @"0 < |x - 1| \le 3", @"\sin 30^\circ + \cos\frac{\pi}{7}", @"1{,}234.5\%", @"3:4", @"1010_2", @"0.1\overline{6}", @"12 \text{ cm}^2", @"n \equiv 3 \pmod{7}",
        @"\lim_{x \to 0} \frac{\sin x}{x}", @"e^{i\pi/3}", @"\frac{1 \pm \sqrt{5}}{2}", @"\text{no solution}", @"\binom{10}{3}", @"f(x) = \ln(x^2+1)", @"\gcd(12, 18x)", @"|3+4i|", "50 %", "1.5e-3", "√2/2", "x²+½",
    ];

    private static readonly string[] Pieces =
    [
        @"\frac", @"\sqrt", @"\left(", @"\right)", @"\left|", @"\right|", @"\begin{matrix}", @"\end{matrix}", @"\text{", @"\pm", @"\cup", @"\cap", @"\in", @"\le", @"\infty", @"\sum_{k=1}^{9}", @"\int", "dx", @"\lim_{x\to 0}", @"\log_2", @"\sin", @"^\circ", @"\overline{3}",
        @"\ldots", @"\mod", @"\pmod{7}", @"\choose", @"\boxed{", @"\variable{", @"\{", @"\}", @"\\", "{", "}", "(", ")", "[", "]", "|", "^", "_", "!", "%", "&", ",", ";", ":", "=", "<", ">", "+", "-", "*", "/", ".", "'", "$", "~", " ", "\n",
        "0", "1", "2", "7", "12", "345", "0.5", "1e3", "999999999999", "x", "y", "i", "e", "pi", "and", "or", "cm", "percent", "million", "答案是", "或", "٣", "½", "²", "₃", "√", "π", "≤", "∪", "×", "−", "°", "𝑥", "\ud800", "\u202e", "\0", "<answer>", "</answer>", "</think>",
    ];

    [Fact]
    public void Nothing_throws_and_every_answer_equals_itself()
    {
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("GRPO_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 2;
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var reward = Reward("math_accuracy");
        var count = 0;
        for (var seed = 0; clock.GetElapsedTime(started) < TimeSpan.FromSeconds(seconds); seed++)
        {
            var random = new Random(seed);
            var (text, other) = (Text(random), Text(random));
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            foreach (var completion in new[] { text, $@"\boxed{{{text}}}", $"<answer>{text}</answer>", $"the answer is ${text}$." })
            {
                var score = reward.Score(Sample(completion, other));
                Assert.True(score.Score is null or 0 or 1, text);
            }
            EqualsItself(text, seed);
            IsSymmetric(text, other, seed);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MostBytes, $"seed {seed}: {text} and {other}");
            count++;
        }
        output.WriteLine($"{count} texts in {seconds} s");
        Assert.NotEqual(0, count);
    }

    private static void EqualsItself(string text, int seed)
    {
        if (Read(text) is { } reading && (reading.Expression is not null || reading.Words.Length > 0))
            Assert.True(Compare(reading, reading) != false, $"seed {seed}: {text} does not equal itself");
    }

    /// <summary>Values compare alike from both sides; relations and numerals do not, and a decimal comma is read in predictions only.</summary>
    private static void IsSymmetric(string text, string other, int seed)
    {
        if (Read(text) is not { Expression: { } a } left || Read(other) is not { Expression: { } b } right || !IsValue(a) || !IsValue(b) || text.Contains(',', StringComparison.Ordinal) || other.Contains(',', StringComparison.Ordinal))
            return;
        if (Compare(left, right) is { } one && Compare(right, left) is { } two)
            Assert.True(one == two, $"seed {seed}: {text} and {other}");
    }

    private static bool IsValue(Expr expr) => expr switch
    {
        Expr.Number or Expr.Symbol => true,
        Expr.Operation operation => IsValue(operation.Left) && IsValue(operation.Right),
        Expr.Function { Name: not ("numeral" or "plus_minus") } function => function.Arguments.All(IsValue),
        _ => false,
    };

    private static MathReading? Read(string text)
    {
        try
        {
            return MathReading.Of(text);
        }
        catch (MathBudgetException)
        {
            return null; // refused, not judged
        }
    }

    private static bool? Compare(MathReading gold, MathReading prediction)
    {
        try
        {
            return MathComparer.Compare(gold, prediction, new MathPolicy()).Equal;
        }
        catch (MathBudgetException)
        {
            return null;
        }
    }

    private static string Text(Random random) => random.Next(3) switch
    {
        0 => string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Pieces[random.Next(Pieces.Length)])),
        1 => Answers[random.Next(Answers.Length)],
        _ => Mutated(Answers[random.Next(Answers.Length)], random),
    };

    private static string Mutated(string answer, Random random)
    {
        var text = new StringBuilder(answer);
        for (var left = random.Next(1, 5); left > 0; left--)
        {
            var at = random.Next(text.Length + 1);
            _ = random.Next(4) switch
            {
                0 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                1 when at < text.Length => text.Remove(at, int.Min(text.Length - at, random.Next(1, 4))),
                2 when at < text.Length => text.Insert(random.Next(text.Length), text[at]),
                _ => text.Append(Answers[random.Next(Answers.Length)]),
            };
        }
        return text.ToString();
    }
}
