using FsCheck;
using FsCheck.Fluent;
using Grpo.Engines.Weights;

namespace Grpo.Engines.Tests.Weights;

public sealed class SafetensorsRoundTripTests
{
    [Fact]
    public void Tensors_and_metadata_come_back()
    {
        var written = new SafetensorsWriter(
            [
                OutgoingTensor.Vector("ids", SafetensorsDtype.I32, [7, -1]),
                OutgoingTensor.Matrix<float>("weight", SafetensorsDtype.F32, [[1, 2, 3], [4]], 3),
                OutgoingTensor.Matrix<byte>("mask", SafetensorsDtype.U8, [[1, 1, 1], [1]], 3),
                new("loss", SafetensorsDtype.F64, [], OutgoingTensor.Vector("loss", SafetensorsDtype.F64, [0.5]).Chunks),
            ],
            new Dictionary<string, string> { ["response"] = """{"a": "<ü>"}""" }).ToArray();
        var file = SafetensorsFile.Read(written);

        Assert.Equal("""{"a": "<ü>"}""", file.Header.Metadata["response"]);
        Assert.Equal(["loss", "ids", "weight", "mask"], file.Header.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([7, -1], file.Values<int>(file.Header.Find("ids")!));
        Assert.Equal([1, 2, 3, 4, 0, 0], file.Values<float>(file.Header.Find("weight")!));
        Assert.Equal([1, 1, 1, 1, 0, 0], file.Values<byte>(file.Header.Find("mask")!).ToArray());
        Assert.Equal([0.5], file.Values<double>(file.Header.Find("loss")!));
        Assert.Empty(file.Header.Find("loss")!.Shape);
        Assert.Equal("(2, 3)", file.Header.Find("weight")!.ShapeText);
        Assert.Null(file.Header.Find("bias"));
    }

    [Fact]
    public void Every_tensor_is_aligned_to_its_elements()
    {
        var written = new SafetensorsWriter(
            [OutgoingTensor.Vector<byte>("a", SafetensorsDtype.U8, [1, 2, 3]), OutgoingTensor.Vector<double>("b", SafetensorsDtype.F64, [1]), OutgoingTensor.Vector<short>("c", SafetensorsDtype.I16, [1])]).ToArray();
        var headerEnd = SafetensorsHeader.PrefixLength + SafetensorsHeader.ReadLength(written);
        Assert.Equal(0, headerEnd % 8);
        Assert.All(SafetensorsFile.Read(written).Header.Tensors, tensor => Assert.Equal(0, tensor.Begin % tensor.Dtype.SizeOf()));
    }

    [Fact]
    public void The_data_is_not_copied()
    {
        var written = new SafetensorsWriter([OutgoingTensor.Vector<byte>("a", SafetensorsDtype.U8, [1, 2])]).ToArray();
        var file = SafetensorsFile.Read(written);
        written[^1] = 9;
        Assert.Equal([1, 9], file.Values<byte>(file.Header.Find("a")!).ToArray());
    }

    [Fact]
    public void Any_shape_comes_back() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.GeneratorFor<double[]>().ListOf().ToArbitrary(),
        rows =>
        {
            var width = rows.Count == 0 ? 0 : rows.Max(row => row.Length);
            var file = SafetensorsFile.Read(new SafetensorsWriter([OutgoingTensor.Matrix("m", SafetensorsDtype.F64, [.. rows], width)]).ToArray());
            return file.Values<double>(file.Header.Find("m")!).SequenceEqual(rows.SelectMany(row => row.Concat(new double[width - row.Length])).ToArray());
        }));

    [Fact]
    public void Tensors_without_elements_and_spaces_after_the_header_are_part_of_the_format()
    {
        var file = SafetensorsFile.Read(SafetensorsBytes.Of("""{"e":{"dtype":"F32","shape":[0,9],"data_offsets":[0,0]},"x":{"shape":[1],"data_offsets":[0,1],"dtype":"BOOL"}}   """, 1));
        Assert.Equal(0, file.Bytes(file.Header.Find("e")!).Length);
        Assert.Equal([1], file.Values<byte>(file.Header.Find("x")!).ToArray());
        Assert.Empty(SafetensorsFile.Read(SafetensorsBytes.Of("{}")).Header.Tensors);
    }

    [Fact]
    public void Unaligned_data_is_read()
    {
        var file = SafetensorsFile.Read(SafetensorsBytes.Of("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""", 1, 0, 0, 0x80, 0x3f));
        Assert.Equal([1f], file.Values<float>(file.Header.Find("w")!));
    }

    [Fact]
    public void Every_dtype_keeps_its_name()
    {
        Assert.All(Enum.GetValues<SafetensorsDtype>(), dtype => Assert.True(SafetensorsDtypes.TryParse(dtype.NameOf(), out var parsed) && parsed == dtype));
        Assert.Equal(["F8_E5M2", "BF16", "BOOL", "C64"], new[] { SafetensorsDtype.F8E5M2, SafetensorsDtype.BF16, SafetensorsDtype.Bool, SafetensorsDtype.C64 }.Select(dtype => dtype.NameOf()));
        Assert.Equal([1, 2, 4, 8], new[] { SafetensorsDtype.F8E4M3, SafetensorsDtype.BF16, SafetensorsDtype.U32, SafetensorsDtype.I64 }.Select(dtype => dtype.SizeOf()));
    }

    [Fact]
    public void Elements_of_another_size_are_refused()
    {
        var file = SafetensorsFile.Read(SafetensorsBytes.Of("""{"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 1, 2, 3, 4));
        Assert.Throws<ArgumentException>(() => file.Values<float>(file.Header.Find("b")!).Length);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "__metadata__")]
    public void Names_are_written_once(string one, string other) => Assert.Equal(
        other,
        Assert.Throws<SafetensorsException>(() => new SafetensorsWriter([OutgoingTensor.Vector<byte>(one, SafetensorsDtype.U8, [1]), OutgoingTensor.Vector<byte>(other, SafetensorsDtype.U8, [1])])).Field);
}
