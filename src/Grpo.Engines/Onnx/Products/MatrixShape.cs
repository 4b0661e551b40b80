namespace Grpo.Engines.Onnx.Products;

/// <summary>A float32 parameter that activations are multiplied with.</summary>
/// <param name="Parameter">Its name.</param>
/// <param name="Depth">K: the length of a column.</param>
/// <param name="Columns">N.</param>
/// <param name="IsTransposed">Whether the parameter holds (N, K), as a tied embedding does, and not (K, N).</param>
internal sealed record MatrixShape(string Parameter, int Depth, int Columns, bool IsTransposed);
