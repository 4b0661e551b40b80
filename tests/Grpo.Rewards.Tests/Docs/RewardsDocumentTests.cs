using Grpo.Testing;

namespace Grpo.Rewards.Tests.Docs;

public class RewardsDocumentTests
{
    /// <summary>Run with GRPO_WRITE_DOCS=1 to write the file.</summary>
    [Fact]
    public void The_document_is_what_the_catalogue_says()
    {
        var path = Path.Combine(TestData.RepositoryRoot(), "docs", "rewards.md");
        var rendered = RewardsDocument.Render();
        if (Environment.GetEnvironmentVariable("GRPO_WRITE_DOCS") == "1")
            File.WriteAllText(path, rendered);
        Assert.Equal(rendered, File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_reward_names_its_source_and_its_formula() =>
        Assert.DoesNotContain(RewardCatalog.All, definition => definition.Source.Length == 0 || !definition.Formula.Contains("score = ", StringComparison.Ordinal));
}
