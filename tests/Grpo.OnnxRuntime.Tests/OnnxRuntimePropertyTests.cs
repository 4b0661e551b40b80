using System.Diagnostics;
using System.Text.Json;

namespace Grpo.OnnxRuntime.Tests;

/// <summary>The build switch <c>-p:OnnxRuntime=Gpu</c>, read from the evaluated project: nothing is restored or installed.</summary>
public sealed class OnnxRuntimePropertyTests
{
    private const string GpuPackage = "Microsoft.ML.OnnxRuntime.Gpu";

    [Fact]
    public async Task By_default_the_library_comes_from_npm()
    {
        var items = await EvaluateItems();
        Assert.DoesNotContain(GpuPackage, Names(items, "PackageReference"));
        Assert.Contains(Names(items, "None"), static file => file.Contains("onnxruntime-node", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gpu_takes_the_native_files_of_the_NuGet_package_and_nothing_from_npm()
    {
        var items = await EvaluateItems("-p:OnnxRuntime=Gpu");
        var package = items.GetProperty("PackageReference").EnumerateArray().Single(static item => Name(item) == GpuPackage);
        Assert.Equal("native", package.GetProperty("IncludeAssets").GetString());
        Assert.DoesNotContain(Names(items, "None"), static file => file.Contains("onnxruntime", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("linux-x64", "linux/x64/libonnxruntime.so.1")]
    [InlineData("linux-arm64", "linux/arm64/libonnxruntime.so.1")]
    [InlineData("win-x64", "win32/x64/onnxruntime.dll")]
    [InlineData("osx-arm64", "darwin/arm64/libonnxruntime.1.30.0.dylib")]
    public async Task The_library_is_that_of_the_runtime_identifier(string rid, string file)
    {
        var items = await EvaluateItems($"-p:RuntimeIdentifier={rid}");
        Assert.EndsWith(file, Names(items, "OnnxRuntimeFile").First().Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_value_is_an_error_that_lists_the_values()
    {
        var (exitCode, output) = await MSBuild("-t:CheckOnnxRuntimeProperty", "-p:OnnxRuntime=Abacus");
        Assert.Equal(1, exitCode);
        Assert.Contains("GRPO002: OnnxRuntime is 'Abacus' but must be Npm (CPU and WebGPU, the default) or Gpu (CUDA).", output);
    }

    private static async Task<JsonElement> EvaluateItems(params string[] arguments)
    {
        var (exitCode, output) = await MSBuild(["-getItem:PackageReference,None,OnnxRuntimeFile", .. arguments]);
        Assert.True(exitCode == 0, output);
        return JsonDocument.Parse(output).RootElement.GetProperty("Items");
    }

    private static IEnumerable<string> Names(JsonElement items, string type) => items.GetProperty(type).EnumerateArray().Select(Name);

    private static string Name(JsonElement item) => item.GetProperty("Identity").GetString()!;

    private static async Task<(int ExitCode, string Output)> MSBuild(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = RepositoryRoot() };
        foreach (var argument in (string[])["msbuild", "src/Grpo.OnnxRuntime/Grpo.OnnxRuntime.csproj", "-nologo", .. arguments])
            start.ArgumentList.Add(argument);
        // The test host's own MSBuild settings would otherwise reach the child.
        foreach (var variable in start.Environment.Keys.Where(static key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "GrpoApi.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }
}
