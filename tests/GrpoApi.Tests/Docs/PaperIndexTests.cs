using System.Reflection;
using System.Text.RegularExpressions;
using Grpo.Advantages;
using Grpo.Losses;
using Grpo.Testing;

namespace GrpoApi.Tests.Docs;

/// <summary>docs/paper-index.md names what exists, and all of it.</summary>
public sealed partial class PaperIndexTests
{
    private static readonly string[][] Rows = [.. File.ReadAllLines(Path.Combine(TestData.RepositoryRoot(), "docs", "paper-index.md"))
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| Source", StringComparison.Ordinal))
        .Select(line => line.Trim('|', ' ').Split(" | "))];

    [Fact]
    public void Every_member_exists()
    {
        Type[] types = [.. typeof(PolicyLoss).Assembly.GetTypes(), .. typeof(Program).Assembly.GetTypes()];
        Assert.All(Named(column: 1), name =>
        {
            var parts = name.Split('.');
            var type = types.FirstOrDefault(type => type.Name == parts[0]);
            Assert.True(type is not null, $"{name}: there is no type {parts[0]}");
            Assert.True(parts.Length == 1 || type.GetMember(parts[1]).Length > 0, $"{name}: there is no such member");
        });
    }

    [Fact]
    public void Every_test_exists()
    {
        var files = Directory.GetFiles(Path.Combine(TestData.RepositoryRoot(), "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).ToHashSet();
        Assert.All(Rows, row => Assert.NotEmpty(Code().Matches(row[2])));
        Assert.All(Named(column: 2), name => Assert.Contains(name, files));
    }

    [Fact]
    public void Every_formula_that_is_offered_has_a_row()
    {
        Delegate[] formulas =
        [
            .. AdvantageEstimators.All.Names.Select(name => AdvantageEstimators.All[name].Estimate), .. TokenAdvantageEstimators.All.Names.Select(name => TokenAdvantageEstimators.All[name].Estimate),
            .. LossAggregations.All.Names.Select(name => LossAggregations.All[name].Weight), .. ImportanceSamplingLevels.All.Names.Select(name => ImportanceSamplingLevels.All[name].LogRatios),
            .. KlEstimators.All.Names.Select(name => KlEstimators.All[name].Estimate),
            .. RolloutCorrectionModes.All.Names.SelectMany(name => (Delegate[])[RolloutCorrectionModes.All[name].Ratios, RolloutCorrectionModes.All[name].Bound]),
        ];
        var terms = typeof(PolicyLoss).Assembly.GetTypes().Where(type => type is { IsValueType: true, Namespace: "Grpo.Losses.Terms" } && type.GetInterfaces().Any(one => one.Name == "IPolicyTerm"));
        var offered = formulas.Select(formula => formula.GetMethodInfo().DeclaringType!.Name).Concat(terms.Select(type => type.Name)).Distinct();

        Assert.Empty(offered.Except(Named(column: 1)));
    }

    private static IEnumerable<string> Named(int column) => Rows.SelectMany(row => Code().Matches(row[column])).Select(match => match.Groups["name"].Value);

    [GeneratedRegex("`(?<name>[A-Za-z0-9.]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
