using System.Buffers.Binary;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Weights;
using Grpo.OnnxRuntime;

namespace Grpo.Engines.Onnx.Parameters;

/// <summary>
/// The weights that a model was exported from (<c>model.safetensors</c> beside its config), where they are there: their values say which tensor is which
/// parameter. Values are compared at some hundred places, which two weights of a trained model do not share by chance.
/// </summary>
internal sealed unsafe class Checkpoint : IDisposable
{
    private const string FileName = "model.safetensors";
    private const int Places = 512;

    private readonly MappedFile _file;
    private readonly SafetensorsHeader _header;
    private readonly long _data;

    private Checkpoint(MappedFile file, SafetensorsHeader header, long data) => (_file, _header, _data) = (file, header, data);

    /// <summary>The checkpoint of a model folder; null when there is none that can be read.</summary>
    public static Checkpoint? Find(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        var file = MappedFile.Open(path);
        try
        {
            var length = SafetensorsHeader.ReadLength(new ReadOnlySpan<byte>((void*)file.Address, (int)Math.Min(file.Length, SafetensorsHeader.PrefixLength)));
            long data = SafetensorsHeader.PrefixLength + length;
            if (data > file.Length) throw new SafetensorsException(SafetensorsException.WholeFile, "The header is cut off.");
            return new Checkpoint(file, SafetensorsHeader.Parse(new ReadOnlySpan<byte>((byte*)file.Address + SafetensorsHeader.PrefixLength, length), file.Length - data), data);
        }
        catch (SafetensorsException)
        {
            // The file is not what the model is run from; without it names are told by the graph alone.
            file.Dispose();
            return null;
        }
    }

    /// <summary>Corrects what names may mean: a meaning whose values differ is none, and a tensor without one gets what has its values.</summary>
    /// <param name="names">Names that are not the graph's own, and what they may mean.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="weights">Their values.</param>
    public void Correct(Dictionary<string, List<ParameterName>> names, IReadOnlyList<Initializer> parameters, WeightSet weights)
    {
        var own = parameters.Select(parameter => parameter.Name).ToHashSet();
        foreach (var tensor in _header.Tensors.Where(tensor => !own.Contains(tensor.Name) && IsFloat(tensor.Dtype)))
        {
            var isNamed = names.Remove(tensor.Name, out var told);
            var candidates = told?.Select(candidate => candidate.Parameter) ?? parameters.Where(parameter => _header.Find(parameter.Name) is null);
            foreach (var parameter in candidates.Distinct())
            {
                var (direct, transposed) = (IsSame(tensor, parameter, weights, false), IsSame(tensor, parameter, weights, true));

                // Both: a symmetric matrix, such as one of zeros. Then the name's own word counts, if there is one.
                if (direct && transposed && isNamed) ParameterNames.Add(names, told!.Find(candidate => candidate.Parameter == parameter)!);
                else if (direct) ParameterNames.Add(names, new ParameterName(tensor.Name, parameter, IsTransposed: false));
                else if (transposed) ParameterNames.Add(names, new ParameterName(tensor.Name, parameter, IsTransposed: true));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool IsSame(TensorEntry tensor, Initializer parameter, WeightSet weights, bool isTransposed)
    {
        if (isTransposed && parameter.Shape.Length != 2) return false;
        if (!tensor.Shape.SequenceEqual(isTransposed ? parameter.Shape.Reverse() : parameter.Shape)) return false;
        var (count, columns) = (parameter.ElementCount, tensor.Shape[^1]);
        var type = ParameterReader.DtypeOf(parameter.ElementType);
        var values = (byte*)weights.Values[parameter.Name].Address;
        var theirs = (byte*)_file.Address + _data + tensor.Begin;
        for (long place = 0; place < Math.Min(Places, count); place++)
        {
            // All elements of a small tensor; of a large one, places that a stride of its shape does not hit.
            var at = count <= Places ? place : (long)((UInt128)(ulong)place * 0x9E3779B97F4A7C15UL % (ulong)count);
            var mine = isTransposed ? ((at % columns) * parameter.Shape[1]) + (at / columns) : at;
            if (Rounded(Read(theirs, at, tensor.Dtype), type) != Rounded(Read(values, mine, type), type)) return false;
        }

        return true;
    }

    private static bool IsFloat(SafetensorsDtype dtype) => dtype is SafetensorsDtype.F64 or SafetensorsDtype.F32 or SafetensorsDtype.F16 or SafetensorsDtype.BF16;

    private static double Read(byte* values, long at, SafetensorsDtype dtype)
    {
        var element = new ReadOnlySpan<byte>(values + (at * dtype.SizeOf()), dtype.SizeOf());
        return dtype switch
        {
            SafetensorsDtype.F64 => BinaryPrimitives.ReadDoubleLittleEndian(element),
            SafetensorsDtype.F32 => BinaryPrimitives.ReadSingleLittleEndian(element),
            SafetensorsDtype.F16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
            _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        };
    }

    // An export in another number format has rounded the values.
    private static double Rounded(double value, SafetensorsDtype dtype) => dtype switch
    {
        SafetensorsDtype.F64 => value,
        SafetensorsDtype.F32 => (float)value,
        SafetensorsDtype.F16 => (double)(Half)value,
        _ => RoundedToBrain((float)value),
    };

    private static double RoundedToBrain(float value)
    {
        // To nearest, ties to even, in the upper 16 bits of the float32.
        var bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
