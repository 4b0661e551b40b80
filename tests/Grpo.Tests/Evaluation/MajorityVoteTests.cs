using Grpo.Evaluation;

namespace Grpo.Tests.Evaluation;

public class MajorityVoteTests
{
    [Fact]
    public void The_most_frequent_answer_wins()
    {
        Vote[] votes = [new(0, true), new(0, true), new(1, false)];
        Assert.Equal(1, MajorityVote.Estimate(votes, 3, seed: 1));
    }

    [Fact]
    public void Tied_answers_share_the_vote()
    {
        Vote[] votes = [new(0, true), new(1, false), new(0, true), new(1, false), new(2, false)];
        Assert.Equal(0.5, MajorityVote.Estimate(votes, 5, seed: 1));
    }

    [Fact]
    public void A_sample_without_an_answer_votes_for_nothing()
    {
        Vote[] votes = [new(null, false), new(null, false), new(3, true)];
        Assert.Equal(1, MajorityVote.Estimate(votes, 3, seed: 1));
        Assert.Equal(0, MajorityVote.Estimate([new(null, false), new(null, false)], 2, seed: 1));
    }

    [Fact]
    public void Maj_at_1_is_the_share_of_correct_samples()
    {
        Vote[] votes = [new(0, true), new(1, false), new(2, false), new(0, true)];
        Assert.Equal(0.5, MajorityVote.Estimate(votes, 1, seed: 1));
    }

    [Fact]
    public void Over_all_subsets_where_they_are_few()
    {
        // Of the three pairs one is {right, right} = 1, two are ties = 1/2.
        Vote[] votes = [new(0, true), new(0, true), new(1, false)];
        Assert.Equal(2.0 / 3, MajorityVote.Estimate(votes, 2, seed: 1)!.Value, 12);
    }

    [Fact]
    public void Over_seeded_draws_where_they_are_many()
    {
        Vote[] votes = [.. Enumerable.Range(0, 40).Select(i => new Vote(i % 2, i % 2 == 0))];
        var estimate = MajorityVote.Estimate(votes, 9, seed: 5)!.Value; // C(40,9) subsets, by symmetry 1/2
        Assert.InRange(estimate, 0.48, 0.52);
        Assert.Equal(estimate, MajorityVote.Estimate(votes, 9, seed: 5));
    }

    [Fact]
    public void Too_few_samples_leave_it_undefined() => Assert.Null(MajorityVote.Estimate([new(0, true)], 2, seed: 1));

    [Fact]
    public void Answers_form_classes_by_equivalence_and_none_without_an_answer()
    {
        var classes = AnswerClasses.Of(["1/2", "0.5", null, "3", "1/2", "three"], (one, other) => (one, other) is ("1/2", "0.5") or ("3", "three"));
        Assert.Equal([0, 0, null, 1, 0, 1], classes);
    }
}
