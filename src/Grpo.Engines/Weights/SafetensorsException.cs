namespace Grpo.Engines.Weights;

/// <summary>A safetensors file that cannot be read, or a tensor that is not what its reader needs.</summary>
/// <param name="field">The tensor or the field of the header that is wrong, such as <c>weight.shape</c>; <c>$</c> for the file as a whole.</param>
/// <param name="problem">What is wrong with it.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class SafetensorsException(string field, string problem, Exception? innerException = null) : FormatException($"{field}: {problem}", innerException)
{
    /// <summary>The field of the file as a whole.</summary>
    public const string WholeFile = "$";

    /// <summary>The tensor or the field of the header that is wrong; <see cref="WholeFile"/> for the file as a whole.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong with it, without its name.</summary>
    public string Problem { get; } = problem;
}
