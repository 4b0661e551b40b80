using Grpo.Losses;

namespace Grpo.Tests;

public class ArchitectureTests
{
    private static readonly string[] Allowed = ["System.Runtime", "System.Collections", "System.Linq", "System.Memory", "System.Text.Json", "System.Numerics", "System.Threading", "MathNet.Numerics", "netstandard"];

    [Fact]
    public void The_algorithm_references_no_web_framework_and_no_package_that_does_input_or_output()
    {
        var foreign = typeof(PolicyLoss).Assembly.GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => !Allowed.Any(allowed => name == allowed || name.StartsWith(allowed + ".", StringComparison.Ordinal)));

        Assert.Empty(foreign);
    }
}
