namespace Grpo.Engines.Onnx.Parameters;

/// <summary>The values of all parameters in one version. Versions share the values in which they do not differ.</summary>
/// <param name="values">By parameter; each counts one user for this set.</param>
internal sealed class WeightSet(IReadOnlyDictionary<string, SharedMemory> values) : IDisposable
{
    private int _disposed;

    /// <summary>The memory of each parameter, by its name.</summary>
    public IReadOnlyDictionary<string, SharedMemory> Values => values;

    /// <summary>A set with some values replaced and the others shared.</summary>
    /// <param name="replacements">By parameter; they belong to the new set.</param>
    public WeightSet With(IReadOnlyDictionary<string, SharedMemory> replacements) =>
        new(values.ToDictionary(value => value.Key, value => replacements.GetValueOrDefault(value.Key) ?? value.Value.Share()));

    /// <summary>Lets go of the values.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        foreach (var value in values.Values) value.Dispose();
    }
}
