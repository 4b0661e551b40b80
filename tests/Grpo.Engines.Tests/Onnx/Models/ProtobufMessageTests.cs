using Grpo.Engines.Onnx.Models;
using Grpo.Rollouts;

namespace Grpo.Engines.Tests.Onnx.Models;

public sealed class ProtobufMessageTests
{
    // Fields 1 (varint 300, written longer than needed), 2 (text), 3 (fixed32), 4 (fixed64), 5 (a message), 99 (unknown to anybody).
    private static readonly byte[] Bytes =
    [
        0x08, 0xAC, 0x82, 0x00,
        0x12, 0x02, (byte)'h', (byte)'i',
        0x1D, 1, 2, 3, 4,
        0x21, 1, 2, 3, 4, 5, 6, 7, 8,
        0x2A, 0x05, 0x08, 0x07, 0x12, 0x01, (byte)'x',
        0x9A, 0x06, 0x01, 0xFF,
    ];

    [Fact]
    public void What_nobody_changes_is_written_byte_for_byte()
    {
        var message = ProtobufMessage.Parse(Bytes);
        Assert.Equal(7, message.Find(5)!.Message.Integer(1));
        Assert.Equal(Bytes, message.ToArray());
        Assert.Equal(Bytes.Length, message.Length);
        Assert.False(message.IsChanged);
    }

    [Fact]
    public void A_real_model_is_written_byte_for_byte_after_every_message_was_looked_into()
    {
        var bytes = File.ReadAllBytes(ModelFolder.Open(TinyR1.Folder).Graph.Path);
        var graph = OnnxGraph.Parse(bytes);
        Assert.NotEmpty(graph.Nodes.SelectMany(node => node.All(5)).Select(attribute => attribute.Message.Text(1)));
        Assert.Equal(bytes, graph.ToArray());
    }

    [Fact]
    public void A_change_deep_inside_changes_the_lengths_around_it_and_nothing_else()
    {
        var message = ProtobufMessage.Parse(Bytes);
        var inner = message.Find(5)!.Message;
        inner.Replace(inner.Find(2)!, ProtobufField.Of(2, new string('y', 200)));

        var written = ProtobufMessage.Parse(message.ToArray());
        Assert.True(message.IsChanged);
        Assert.Equal(7, written.Find(5)!.Message.Integer(1));
        Assert.Equal(200, written.Find(5)!.Message.Text(2).Length);
        Assert.Equal(Bytes[..22], message.ToArray()[..22]);
        Assert.Equal(Bytes[^4..], message.ToArray()[^4..]);
    }

    [Fact]
    public void Fields_are_added_and_removed()
    {
        var message = ProtobufMessage.Parse(Bytes);
        message.Remove(1, 3, 99);
        message.Add(ProtobufField.Of(6, -1));
        var nested = new ProtobufMessage();
        nested.Add(ProtobufField.Of(1, "deep"));
        message.Add(ProtobufField.Of(7, nested));

        var written = ProtobufMessage.Parse(message.ToArray());
        Assert.Equal([2, 4, 5, 6, 7], written.Fields.Select(field => field.Number));
        Assert.Equal((-1, "deep"), (written.Integer(6), written.Find(7)!.Message.Text(1)));
    }

    [Theory]
    [InlineData(0x12, 0x05, 0x41)]
    [InlineData(0x0B)]
    [InlineData(0x08, 0x80)]
    public void Bytes_that_are_no_message_are_refused(params int[] bytes) =>
        Assert.Throws<ModelLoadException>(() => ProtobufMessage.Parse(Array.ConvertAll(bytes, value => (byte)value)));
}
