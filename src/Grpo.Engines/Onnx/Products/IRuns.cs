namespace Grpo.Engines.Onnx.Products;

/// <summary>Whether blocks of weights are longer than a run, for <see cref="BlockProduct"/>. The compiler must know: around a loop, were it of one turn, it spills the sums.</summary>
internal interface IRuns
{
    /// <summary>Whether a block has several runs.</summary>
    static abstract bool AreSeveral { get; }
}

/// <summary>Blocks of 32 weights.</summary>
internal readonly struct OneRun : IRuns
{
    public static bool AreSeveral => false;
}

/// <summary>Longer blocks.</summary>
internal readonly struct SeveralRuns : IRuns
{
    public static bool AreSeveral => true;
}
