using System.Globalization;
using System.Reflection;
using Grpo.Testing;
using GrpoApi.Http;

namespace GrpoApi.Tests.Http;

/// <summary>The documents describe what is there.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public async Task Every_problem_type_is_described()
    {
        var document = await ReadAsync("problems.md");
        var named = typeof(ProblemCatalog).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).Where(type => type != ProblemCatalog.TypePrefix);
        var general = new[] { 400, 401, 403, 404, 405, 408, 413, 415, 500, 503 }.Select(status => ProblemCatalog.Of(status).Type);
        Assert.All(named.Concat(general), type => Assert.Contains($"**`{type}`**", document, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_limit_is_described_with_its_default()
    {
        var document = await ReadAsync("configuration.md");
        var defaults = new LimitsOptions();
        Assert.All(typeof(LimitsOptions).GetProperties(), limit =>
        {
            var value = Convert.ToInt64(limit.GetValue(defaults), CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture);
            Assert.Contains($"| `Limits:{limit.Name}` | {value} |", document, StringComparison.Ordinal);
        });
    }

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot(), "docs", file));
}
