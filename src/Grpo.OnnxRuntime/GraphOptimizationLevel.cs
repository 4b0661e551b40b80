namespace Grpo.OnnxRuntime;

/// <summary>How far a session rewrites its graph while it loads.</summary>
public enum GraphOptimizationLevel
{
    /// <summary>The graph runs as it is in the file.</summary>
    DisableAll = 0,

    /// <summary>Rewrites that keep the graph portable: constant folding, removal of redundant nodes.</summary>
    EnableBasic = 1,

    /// <summary>Also node fusions for the execution provider at hand.</summary>
    EnableExtended = 2,

    /// <summary>Everything, memory layout included. ONNX Runtime's default.</summary>
    EnableAll = 99,
}
