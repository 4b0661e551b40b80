using Grpo.Engines.Onnx;
using GrpoApi.Features.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GrpoApi.Tests.Features.Policies;

public sealed class PolicySettingsTests
{
    [Fact]
    public void Without_settings_it_is_tiny_r1_from_the_models_beside_the_application()
    {
        var settings = Read();
        Assert.Equal("tiny-r1", settings.DefaultName);
        var source = Assert.Single(settings.Sources);
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "models", "tiny-r1"), source.Path);
        Assert.Equal(["CUDA", "WebGPU", "CPU"], source.Providers);
    }

    [Fact]
    public void Paths_are_below_the_models_root_and_the_default_policy_comes_first()
    {
        var settings = Read(("Models:Root", "/models"), ("Policies:Default", "b"), ("Policies:a:Path", "x/a"), ("Policies:a:Providers", "CPU, CUDA"), ("Policies:a:MaxSequences", "7"));
        Assert.Equal([("b", "/models/b"), ("a", "/models/x/a")], settings.Sources.Select(source => (source.Name, source.Path)));
        Assert.Equal(["CPU", "CUDA"], settings.Sources[1].Providers);
        Assert.Equal(7, settings.Sources[1].MaxSequences);
    }

    [Fact]
    public void Providers_may_be_an_array_and_a_path_absolute()
    {
        var settings = Read(("Policies:Default", "a"), ("Policies:a:Path", "/elsewhere"), ("Policies:a:Providers:0", "WebGPU"), ("Policies:a:Providers:1", "CPU"));
        var source = Assert.Single(settings.Sources);
        Assert.Equal("/elsewhere", source.Path);
        Assert.Equal(["WebGPU", "CPU"], source.Providers);
    }

    [Fact]
    public void The_decoder_may_be_chosen()
    {
        Assert.Equal([DecoderKind.Slots, DecoderKind.Group, null], Read(("Policies:Default", "a"), ("Policies:a:Decoder", "slots"), ("Policies:b:Decoder", "Group"), ("Policies:c:Path", "c"))
            .Sources.OrderBy(source => source.Name).Select(source => source.Decoder));
    }

    [Fact]
    public void The_dtype_of_a_policy_is_read_and_left_open_otherwise()
    {
        var settings = Read(("Policies:Default", "a"), ("Policies:a:Dtype", "q4f16"), ("Policies:b:Path", "b"));
        Assert.Equal(["q4f16", null], settings.Sources.Select(source => source.Dtype));
    }

    [Theory]
    [InlineData("MaxSequences", "0")]
    [InlineData("KvCacheBytes", "-5")]
    [InlineData("Threads", "many")]
    [InlineData("Decoder", "fastest")]
    [InlineData("Decoder", "1")]
    public void A_number_out_of_range_is_refused_by_its_key(string key, string value)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Read(($"Policies:a:{key}", value)));
        Assert.Contains($"Policies:a:{key}", refusal.Message, StringComparison.Ordinal);
    }

    private static PolicySettings Read(params (string Key, string Value)[] settings) => PolicySettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
