using Grpo.OnnxRuntime.Native;

namespace Grpo.OnnxRuntime.Tests;

public sealed class NativeOnnxRuntimeTests
{
    [Fact]
    public void The_version_has_the_API_this_binding_needs()
    {
        var version = Version.Parse(OrtEnv.Version);
        Assert.Equal(1, version.Major);
        Assert.InRange(version.Minor, (int)OrtApi.RequiredVersion, int.MaxValue);
    }

    [Fact]
    public void The_environment_is_one_per_process() => Assert.Same(OrtEnv.Instance, OrtEnv.Instance);

    [Fact]
    public void A_library_that_is_too_old_is_refused_with_both_versions()
    {
        var error = Assert.Throws<OnnxRuntimeException>(() => NativeOnnxRuntime.Instance.GetApi(999));
        Assert.Equal(OrtErrorCode.NotImplemented, error.Code);
        Assert.Contains("needs ONNX Runtime 1.999 or newer", error.Message);
        Assert.Contains($"is version {OrtEnv.Version}", error.Message);
    }

    [Fact]
    public void A_missing_library_is_refused_with_where_it_was_sought_and_how_to_get_it()
    {
        var empty = Directory.CreateTempSubdirectory("grpo").FullName;
        var error = Assert.Throws<DllNotFoundException>(() => NativeOnnxRuntime.Load([empty, "/nowhere"]));
        Assert.Contains(empty, error.Message);
        Assert.Contains("npm", error.Message);
        Assert.Contains("-p:OnnxRuntime=Gpu", error.Message);
        Directory.Delete(empty);
    }

    [Fact]
    public void The_library_is_found_under_the_names_of_both_packages_but_not_a_provider()
    {
        string[] names = OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
            : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib", "libonnxruntime.1.30.0.dylib"]
            : ["libonnxruntime.so", "libonnxruntime.so.1"];
        foreach (var name in names)
        {
            var directory = Directory.CreateTempSubdirectory("grpo").FullName;
            var provider = name.Replace("onnxruntime", "onnxruntime_providers_cuda", StringComparison.Ordinal);
            File.WriteAllBytes(Path.Combine(directory, provider), []);
            Assert.Null(NativeOnnxRuntimeLibrary.Find([directory]));
            File.WriteAllBytes(Path.Combine(directory, name), []);
            Assert.Equal(Path.Combine(directory, name), NativeOnnxRuntimeLibrary.Find([directory]));
            Directory.Delete(directory, recursive: true);
        }
    }
}
