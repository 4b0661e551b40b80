using Grpo.Engines.Onnx.Attention;
using Grpo.Engines.Onnx.Decoding;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Onnx.Norms;
using Grpo.Engines.Onnx.Products;
using Grpo.OnnxRuntime;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Parameters;

/// <summary>
/// A model's graph without the values of its parameters. Every version of the weights makes a session of its own from it. Parameters that the file
/// embeds are moved out of it, in memory, because ONNX Runtime replaces only external ones before it optimises the graph.
/// </summary>
internal sealed class DecoderGraph : IDisposable
{
    private DecoderGraph(ModelFolder folder, OnnxGraph graph, GraphFacts facts, WeightSet weights, string? refusal, bool forGroups, bool? ownProducts)
    {
        Folder = folder;
        Facts = facts;
        ParameterCount = graph.ParameterCount;
        Refusal = refusal;
        Parameters = Refusal is null ? [.. ParameterRules.Of(graph)] : [];
        Names = ParameterNames.Of(graph, Parameters, weights, folder.Path);
        foreach (var parameter in Parameters.Where(parameter => !parameter.IsExternal))
        {
            parameter.MoveOut("in-memory", 0, parameter.ElementCount * parameter.ElementType.SizeInBytes());
        }

        (Groups, GroupRefusal) = forGroups ? Rewrite(graph, facts, folder) : (null, null);
        if (Groups is not null)
        {
            Groups = OwnProducts(graph, Groups, Parameters, Path.GetDirectoryName(folder.Graph.Path)!, ownProducts);
        }

        var constants = graph.ConstantNames.ToHashSet();
        SessionParameters = [.. Parameters.Where(parameter => constants.Contains(parameter.Name))];
        Bytes = graph.ToArray();
    }

    /// <summary>The ModelProto.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What the model's folder says.</summary>
    public ModelFolder Folder { get; }

    /// <summary>What decides how the graph is run.</summary>
    public GraphFacts Facts { get; }

    /// <summary>What a version gives values to; none when <see cref="Refusal"/> says why.</summary>
    public IReadOnlyList<Initializer> Parameters { get; }

    /// <summary>Those of them that a session is given; the others it reaches through <see cref="GroupGraph.Matrices"/>.</summary>
    public IReadOnlyList<Initializer> SessionParameters { get; }

    /// <summary>Under which names they may be sent.</summary>
    public ParameterNames Names { get; }

    /// <summary>The number of weights.</summary>
    public long ParameterCount { get; }

    /// <summary>Why the parameters cannot be replaced; null when they can.</summary>
    public string? Refusal { get; }

    /// <summary>What the graph has been rewritten to, for the group decoder; null when it is as the file has it.</summary>
    public GroupGraph? Groups { get; }

    /// <summary>Why the graph could not be rewritten; null when it was, or was not to be.</summary>
    public string? GroupRefusal { get; }

    /// <summary>Reads the graph of a model folder, and the weights it comes with.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="forGroups">Whether to rewrite it for the group decoder, where it is recognised.</param>
    /// <param name="ownProducts">Whether its products, gates and norms become our own then; null for where they are faster.</param>
    /// <exception cref="ModelLoadException">It is no ONNX model, or its external data is not there.</exception>
    public static (DecoderGraph Graph, WeightSet Weights) Open(ModelFolder folder, bool forGroups = false, bool? ownProducts = null)
    {
        var bytes = File.ReadAllBytes(folder.Graph.Path);
        var (graph, facts) = (OnnxGraph.Parse(bytes), GraphFacts.Read(bytes));
        RequireDataFiles(folder.Graph.Path, facts);
        if (folder.Graph.PromptPath is { } prompt) RequireDataFiles(prompt, GraphFacts.Read(File.ReadAllBytes(prompt)));
        var refusal = ParameterRules.Refusal(facts, folder.Graph);
        var weights = refusal is null ? ReadWeights(graph, Path.GetDirectoryName(folder.Graph.Path)!) : new WeightSet(new Dictionary<string, SharedMemory>());
        return (new DecoderGraph(folder, graph, facts, weights, refusal, forGroups, ownProducts), weights);
    }

    /// <summary>Lets go of what its sessions read; they must be gone.</summary>
    public void Dispose()
    {
        foreach (var product in Groups?.Products ?? []) product.Dispose();
    }

    private static GroupGraph OwnProducts(OnnxGraph graph, GroupGraph groups, IReadOnlyList<Initializer> parameters, string folder, bool? ownProducts)
    {
        if (ownProducts == false) return groups;
        var rewritten = groups with
        {
            Matrices = ownProducts ?? MatrixProductRewriter.IsFaster ? MatrixProductRewriter.Rewrite(graph, parameters) : [],
            Products = ProductRewriter.Rewrite(graph, folder, evenIfSlower: ownProducts == true),
        };
        SwiGluRewriter.Rewrite(graph);
        new AddRmsNormRewriter(graph, groups.InputIds.Name).Rewrite();
        graph.Prune(groups.Logits);
        return rewritten;
    }

    private static (GroupGraph? Groups, string? Refusal) Rewrite(OnnxGraph graph, GraphFacts facts, ModelFolder folder)
    {
        // The 8-bit scale of dynamic quantization is taken over all rows of a product: a sequence's neighbours would show in its log-probabilities.
        if (facts.Operators.Contains("DynamicQuantizeLinear")) return (null, "its products share one scale over all their rows (DynamicQuantizeLinear)");
        return (GroupGraph.Rewrite(graph, folder.Names, folder.Config, out var refusal), refusal);
    }

    private static void RequireDataFiles(string path, GraphFacts graph)
    {
        if (graph.DataFiles.FirstOrDefault(file => !File.Exists(Path.Combine(Path.GetDirectoryName(path)!, file))) is { } missing)
        {
            throw new ModelLoadException($"The weights of {Path.GetFileName(path)} are in '{missing}', which is not beside it.");
        }
    }

    private static WeightSet ReadWeights(OnnxGraph graph, string folder)
    {
        var files = new Dictionary<string, SharedMemory>();
        try
        {
            return new WeightSet(ParameterRules.Of(graph).ToDictionary(parameter => parameter.Name, parameter => parameter.IsExternal
                ? Part(parameter, folder, files)
                : Copy(parameter.EmbeddedData().Span)));
        }
        finally
        {
            foreach (var file in files.Values) file.Dispose();
        }
    }

    /// <summary>The external data of an initializer.</summary>
    /// <param name="parameter">The initializer.</param>
    /// <param name="folder">The graph's folder.</param>
    /// <param name="files">Files mapped so far; the caller lets go of them.</param>
    /// <exception cref="ModelLoadException">It is not what the graph says.</exception>
    internal static SharedMemory Part(Initializer parameter, string folder, Dictionary<string, SharedMemory> files)
    {
        var (name, offset, length) = parameter.Location;
        var path = Path.GetFullPath(name, folder);
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new ModelLoadException($"The external data of '{parameter.Name}' lies outside of the model's folder: '{name}'.");
        if (!files.TryGetValue(path, out var file))
        {
            var mapped = MappedFile.Open(path);
            file = new SharedMemory(mapped, mapped.Address, mapped.Length);
            files.Add(path, file);
        }

        var bytes = parameter.ElementCount * parameter.ElementType.SizeInBytes();
        if (length is { } stated && stated != bytes) throw new ModelLoadException($"The external data of '{parameter.Name}' has {stated} bytes, and its shape needs {bytes}.");
        if (offset > file.Bytes - bytes) throw new ModelLoadException($"The weight file '{name}' is cut off: '{parameter.Name}' ends at {offset + bytes}, the file at {file.Bytes}.");
        return file.Part(offset, bytes);
    }

    private static SharedMemory Copy(ReadOnlySpan<byte> values)
    {
        var buffer = new NativeBuffer(values.Length);
        values.CopyTo(buffer.AsSpan<byte>());
        return new SharedMemory(buffer, buffer.Address, buffer.Bytes);
    }
}
