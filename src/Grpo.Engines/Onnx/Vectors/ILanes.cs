namespace Grpo.Engines.Onnx.Vectors;

/// <summary>One vector register of float32 values and the few operations that our operators need of it. Every instruction set brings its own.</summary>
/// <typeparam name="TVector">The register.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Values in a register: 4, 8 or 16.</summary>
    static abstract int Width { get; }

    /// <summary>Registers: 16 or 32. They bound the sums that a loop can keep out of memory.</summary>
    static abstract int Registers { get; }

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

    static abstract TVector Min(TVector left, TVector right);

    /// <summary>The nearest whole number, the even one of two.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>value · 2ⁿ, for whole n from -252 to 252; in two factors where the processor cannot do it at once, since 2ⁿ alone may be too small a number.</summary>
    static abstract TVector Scale(TVector value, TVector n);

    /// <summary>The sum over the lanes, always in the same order.</summary>
    static abstract float Sum(TVector value);

    /// <summary>The largest lane.</summary>
    static abstract float Largest(TVector value);
}
