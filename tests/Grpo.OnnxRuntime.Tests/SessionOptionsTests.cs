using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

public sealed class SessionOptionsTests
{
    [Fact]
    public void Options_are_remembered_and_accepted_by_a_session()
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.EnableBasic,
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
        };
        Assert.Equal(
            (GraphOptimizationLevel.EnableBasic, 1, 1, false, false),
            (options.GraphOptimizationLevel, options.IntraOpNumThreads, options.InterOpNumThreads, options.EnableCpuMemArena, options.EnableMemoryPattern));
        using var session = new InferenceSession(TestModels.Linear, options);
        Assert.Single(session.InputNames);
    }

    [Fact]
    public void A_free_dimension_override_fixes_the_shape_of_the_inputs()
    {
        using var options = new SessionOptions();
        options.AddFreeDimensionOverrideByName("n", 5);
        using var session = new InferenceSession(TestModels.Linear, options);
        Assert.Equal([5, 3], session.InputMetadata["x"].Dimensions);
    }

    [Fact]
    public void A_session_config_entry_reaches_the_session()
    {
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", "/nowhere");
        Assert.Contains(
            "/nowhere", Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(TestModels.TransposedExternal(4), options)).Message);
    }

    [Fact]
    public void An_unknown_provider_is_an_error_that_names_it()
    {
        using var options = new SessionOptions();
        Assert.Contains("Abacus", Assert.Throws<OnnxRuntimeException>(() => options.AppendExecutionProvider("Abacus")).Message);
    }

    [Fact]
    public void An_unknown_CUDA_option_or_a_missing_CUDA_provider_is_an_error()
    {
        using var options = new SessionOptions();
        Assert.Throws<OnnxRuntimeException>(() => options.AppendExecutionProvider_CUDA(new Dictionary<string, string> { ["abacus"] = "1" }));
    }

    [Fact]
    public void Disposed_options_are_refused()
    {
        var options = new SessionOptions();
        options.Dispose();
        Assert.Throws<ObjectDisposedException>(() => options.IntraOpNumThreads = 1);
        Assert.Throws<ObjectDisposedException>(() => new InferenceSession(TestModels.Linear, options));
    }
}
