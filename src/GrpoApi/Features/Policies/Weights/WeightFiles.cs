using Grpo.Engines;
using GrpoApi.Http;

namespace GrpoApi.Features.Policies.Weights;

/// <summary>The weight files that requests may name: those below <c>Weights:Root</c>.</summary>
public sealed class WeightFiles(IConfiguration configuration)
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">Relative to the root.</param>
    /// <exception cref="FluentValidation.ValidationException">There is no root, the path leads out of it, or there is no such file.</exception>
    public FileStream Open(string path)
    {
        if (configuration["Weights:Root"] is not { Length: > 0 } root) throw RequestValidation.Invalid("path", "Weights:Root is not configured: send the file itself, as application/vnd.safetensors.");
        var file = ConfinedPath.Resolve(root, path) ?? throw RequestValidation.Invalid("path", "Must be relative, and must not lead out of Weights:Root.");
        try
        {
            return new FileStream(file, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RequestValidation.Invalid("path", $"There is no readable file '{path}' below Weights:Root.");
        }
    }
}
