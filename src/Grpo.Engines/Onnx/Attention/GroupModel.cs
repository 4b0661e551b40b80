using Grpo.Engines.Onnx.Models;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Attention;

/// <summary>A session on a rewritten graph.</summary>
internal sealed class GroupModel(InferenceSession session, GroupGraph graph) : IDisposable
{
    // Where a model given as bytes has its external files.
    private const string ExternalFilesFolder = "session.model_external_initializers_file_folder_path";

    /// <summary>The session; safe to run from several threads.</summary>
    public InferenceSession Session => session;

    /// <summary>What it runs.</summary>
    public GroupGraph Graph => graph;

    /// <summary>Opens a model file; null, with the reason, when its graph is not recognised.</summary>
    public static GroupModel? Open(string path, int threads, out string? refusal)
    {
        var onnx = OnnxGraph.Parse(File.ReadAllBytes(path));
        if (GroupGraph.Rewrite(onnx, out refusal) is not { } graph) return null;
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, EnableMemoryPattern = false };
        options.AddCustomOpDomain(GroupAttentionOp.Domain);
        options.AddSessionConfigEntry(ExternalFilesFolder, Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new GroupModel(new InferenceSession(onnx.ToArray(), options), graph);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException($"ONNX Runtime cannot load the model: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
