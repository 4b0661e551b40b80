namespace Grpo.Engines.Weights;

/// <summary>Checks that tensors fill the data of a file: each as long as its shape says, one after the other, nothing between, before or behind them.</summary>
internal static class SafetensorsLayout
{
    /// <summary>Checks them.</summary>
    /// <param name="tensors">In the order of their data.</param>
    /// <param name="dataLength">Bytes of data.</param>
    /// <exception cref="SafetensorsException">They do not.</exception>
    public static void Check(IReadOnlyList<TensorEntry> tensors, long dataLength)
    {
        long filled = 0;
        foreach (var tensor in tensors)
        {
            CheckRange(tensor, dataLength);
            CheckSize(tensor);
            if (tensor.Begin < filled) throw Offsets(tensor, $"Overlaps with the tensor before it, which ends at {filled}.");
            if (tensor.Begin > filled) throw Offsets(tensor, $"Leaves a hole: the data before it ends at {filled}, and it begins at {tensor.Begin}.");
            filled = tensor.End;
        }

        if (filled != dataLength) throw new SafetensorsException(SafetensorsException.WholeFile, $"The tensors have {filled} bytes, and the data has {dataLength}.");
    }

    private static void CheckRange(TensorEntry tensor, long dataLength)
    {
        if (tensor.End < tensor.Begin) throw Offsets(tensor, $"Ends at {tensor.End}, before it begins at {tensor.Begin}.");
        if (tensor.End > dataLength) throw Offsets(tensor, $"Ends at {tensor.End}, and the data has {dataLength} bytes: the file is cut off, or the header is wrong.");
    }

    private static void CheckSize(TensorEntry tensor)
    {
        long bytes;
        try
        {
            bytes = TensorEntry.BytesOf(tensor.Dtype, tensor.Shape);
        }
        catch (OverflowException exception)
        {
            throw new SafetensorsException($"{tensor.Name}.shape", $"{tensor.ShapeText} is more than 2^63 - 1 bytes.", exception);
        }

        if (bytes != tensor.ByteCount) throw Offsets(tensor, $"{tensor.Dtype.NameOf()} {tensor.ShapeText} has {bytes} bytes, and the offsets span {tensor.ByteCount}.");
    }

    private static SafetensorsException Offsets(TensorEntry tensor, string problem) => new($"{tensor.Name}.data_offsets", problem);
}
