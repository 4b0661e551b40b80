using Grpo.Evaluation;

namespace Grpo.Tests.Evaluation;

public class PassAtKTests
{
    // Values of 1 - C(n-c,k)/C(n,k), Chen et al. 2021 (arXiv:2107.03374) equation 1, written as fractions.
    [Theory]
    [InlineData(10, 3, 5, 231.0 / 252)] // 0.9166...
    [InlineData(16, 4, 1, 0.25)]
    [InlineData(16, 4, 8, 1 - (495.0 / 12870))] // 0.9615...
    [InlineData(5, 5, 3, 1.0)]
    [InlineData(5, 0, 3, 0.0)]
    [InlineData(4, 2, 3, 1.0)]
    public void Pass_at_k_is_the_share_of_subsets_with_a_correct_sample(int n, int c, int k, double expected) => Assert.Equal(expected, PassAtK.AnyOf(n, c, k)!.Value, 12);

    // C(c,k)/C(n,k), Yao et al. 2024 (arXiv:2406.12045) section 4.
    [Theory]
    [InlineData(4, 3, 2, 0.5)]
    [InlineData(10, 5, 3, 10.0 / 120)]
    [InlineData(8, 1, 2, 0.0)]
    [InlineData(3, 3, 3, 1.0)]
    public void Pass_hat_k_is_the_share_of_subsets_that_are_all_correct(int n, int c, int k, double expected) => Assert.Equal(expected, PassAtK.AllOf(n, c, k)!.Value, 12);

    [Fact]
    public void Fewer_samples_than_k_leave_it_undefined()
    {
        Assert.Null(PassAtK.AnyOf(3, 3, 4));
        Assert.Null(PassAtK.AllOf(3, 3, 4));
        Assert.Null(PassAtK.AnyOf(0, 0, 1));
    }

    [Fact]
    public void Both_agree_with_counting_every_subset()
    {
        for (var n = 1; n <= 9; n++)
        {
            for (var c = 0; c <= n; c++)
            {
                for (var k = 1; k <= n; k++)
                {
                    var subsets = Enumerable.Range(0, 1 << n).Where(set => int.PopCount(set) == k).ToList();
                    var correct = (1 << c) - 1;
                    Assert.Equal(subsets.Average(set => (set & correct) != 0 ? 1.0 : 0), PassAtK.AnyOf(n, c, k)!.Value, 12);
                    Assert.Equal(subsets.Average(set => (set & correct) == set ? 1.0 : 0), PassAtK.AllOf(n, c, k)!.Value, 12);
                }
            }
        }
    }

    [Fact]
    public void More_correct_samples_than_samples_is_our_bug() => Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.AnyOf(3, 4, 1));
}
