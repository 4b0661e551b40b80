using FsCheck;
using FsCheck.Fluent;
using Grpo.Engines.Weights;

namespace Grpo.Engines.Tests.Weights;

/// <summary>Whatever is wrong with a file is one kind of exception, which names the field.</summary>
public sealed class SafetensorsMalformedTests
{
    private const string Good = """{"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""";

    [Theory]
    [InlineData("$", "")]
    [InlineData("$", " {}")]
    [InlineData("$", "[]")]
    [InlineData("$", "{")]
    [InlineData("$", "{} {}")]
    [InlineData("$", "{}x")]
    [InlineData("$", "{'a':1}")]
    [InlineData("$", "{\"\\ud800\":1}")]
    [InlineData("$", "{\"a\":{\"dtype\":\"U8\",\"shape\":[2]")]
    [InlineData("a", """{"a":1}""")]
    [InlineData("a", """{"a":null}""")]
    [InlineData("a.dtype", """{"a":{"shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape", """{"a":{"dtype":"U8","data_offsets":[0,4]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[4]}}""")]
    [InlineData("a.strides", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"strides":[1]}}""")]
    [InlineData("a.dtype", """{"a":{"dtype":"F128","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.dtype", """{"a":{"dtype":"u8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.dtype", """{"a":{"dtype":4,"shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape", """{"a":{"dtype":"U8","shape":4,"data_offsets":[0,4]}}""")]
    [InlineData("a.shape[0]", """{"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape[1]", """{"a":{"dtype":"U8","shape":[1,4.0],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape[0]", """{"a":{"dtype":"U8","shape":["4"],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape[0]", """{"a":{"dtype":"U8","shape":[[4]],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape[0]", """{"a":{"dtype":"U8","shape":[18446744073709551617],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape", """{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape", """{"a":{"dtype":"F64","shape":[9223372036854775807],"data_offsets":[0,4]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4,8]}}""")]
    [InlineData("a.data_offsets[0]", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[-1,3]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("$", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""")]
    [InlineData("$", "{}")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""")]
    [InlineData("b.data_offsets", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}""")]
    [InlineData("b.data_offsets", """{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""")]
    [InlineData("b.data_offsets", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.dtype", """{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.shape", """{"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("a.data_offsets", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]}}""")]
    [InlineData("__metadata__", """{"__metadata__":[]}""")]
    [InlineData("__metadata__", """{"__metadata__":{},"__metadata__":{}}""")]
    [InlineData("__metadata__.k", """{"__metadata__":{"k":1}}""")]
    [InlineData("__metadata__.k", """{"__metadata__":{"k":{"l":"m"}}}""")]
    [InlineData("__metadata__.k", """{"__metadata__":{"k":"1","k":"1"}}""")]
    public void What_is_wrong_is_named(string field, string header)
    {
        var exception = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(SafetensorsBytes.Of(header, 1, 2, 3, 4)));
        Assert.Equal(field, exception.Field);
        Assert.StartsWith(field + ": ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused() =>
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(SafetensorsBytes.Of([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}'], [])));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(SafetensorsBytes.Of("{\"a\":{\"shape\":" + new string('[', 100_000))));

    [Theory]
    [InlineData(3UL)]
    [InlineData(100_000_000UL)]
    [InlineData(100_000_001UL)]
    [InlineData(0x8000_0000UL)]
    [InlineData(0x1_0000_0002UL)]
    [InlineData(ulong.MaxValue)]
    public void A_lying_header_length_is_refused(ulong length) =>
        Assert.Equal("$", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(SafetensorsBytes.Of("{}"u8.ToArray(), [], length))).Field);

    [Fact]
    public void The_longest_header_accepted_can_be_set()
    {
        var file = SafetensorsBytes.Of(Good, 1, 2, 3, 4);
        Assert.Equal(2, SafetensorsFile.Read(file, Good.Length).Header.Tensors.Count);
        Assert.Contains($"at most {Good.Length - 1}", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(file, Good.Length - 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncated_file_is_refused()
    {
        var file = SafetensorsBytes.Of(Good, 1, 2, 3, 4);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read(file.AsMemory(0, length)));
        }

        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Read((byte[])[.. file, 0]));
    }

    [Fact]
    public void Random_changes_are_read_or_refused() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(Gen.Zip(Gen.Choose(0, 8 + Good.Length - 1), Gen.Choose(0, 255)).NonEmptyListOf().ToArbitrary(), changes =>
        {
            var file = SafetensorsBytes.Of(Good, 1, 2, 3, 4);
            foreach (var (position, value) in changes.Take(4)) file[position] = (byte)value;
            return IsReadOrRefused(file);
        }));

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.GeneratorFor<byte[]>().ToArbitrary(), bytes => IsReadOrRefused(bytes) && IsReadOrRefused(SafetensorsBytes.Of(bytes, bytes))));

    private static bool IsReadOrRefused(byte[] bytes)
    {
        try
        {
            var file = SafetensorsFile.Read(bytes);
            return file.Header.Tensors.Sum(tensor => file.Bytes(tensor).Length) <= bytes.Length;
        }
        catch (SafetensorsException exception)
        {
            return exception.Problem.Length > 0;
        }
    }
}
