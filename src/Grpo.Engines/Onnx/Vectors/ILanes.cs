namespace Grpo.Engines.Onnx.Vectors;

/// <summary>One vector register of float32 values and the few operations that our operators need of it. Every instruction set brings its own.</summary>
/// <typeparam name="TVector">The register.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Values in a register: 4, 8 or 16.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of a matrix product that keep all their sums in registers: 2 or 4.</summary>
    static abstract int Rows { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left · right + sum.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector sum);

    static abstract TVector Max(TVector left, TVector right);

    static abstract TVector Exp(TVector value);

    /// <summary>The sum over the lanes, always in the same order.</summary>
    static abstract float Sum(TVector value);

    /// <summary>The largest lane.</summary>
    static abstract float Largest(TVector value);
}
