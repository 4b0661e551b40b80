using System.Text.RegularExpressions;
using Grpo.Engines.Onnx.Models;
using Grpo.Engines.Weights;

namespace Grpo.Engines.Onnx.Parameters;

/// <summary>
/// Under which names parameters may be sent: the graph's own, and those that the model has in Hugging Face's libraries. Exporters rename what they
/// transpose: a Linear layer keeps its weight as (out, in), a MatMul takes it as (in, out). A name that could mean two parameters is refused.
/// </summary>
internal sealed partial class ParameterNames
{
    private readonly Dictionary<string, Initializer> _parameters;
    private readonly Dictionary<string, List<ParameterName>> _others;
    private readonly HashSet<string> _factors;

    private ParameterNames(IReadOnlyList<Initializer> parameters, Dictionary<string, List<ParameterName>> others, HashSet<string> factors)
    {
        _parameters = parameters.ToDictionary(parameter => parameter.Name);
        (_others, _factors) = (others, factors);
        Parameters = parameters;
    }

    /// <summary>What may be sent.</summary>
    public IReadOnlyList<Initializer> Parameters { get; }

    /// <summary>The names of a graph's parameters.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="weights">Their values.</param>
    /// <param name="folder">The model's folder; a <c>model.safetensors</c> in it says by its values which tensor is which.</param>
    public static ParameterNames Of(OnnxGraph graph, IReadOnlyList<Initializer> parameters, WeightSet weights, string folder)
    {
        var factors = graph.Nodes.Where(node => node.Text(4) == "MatMul").Select(node => node.All(1).Skip(1).FirstOrDefault()?.Text).OfType<string>().ToHashSet();
        var others = new Dictionary<string, List<ParameterName>>();
        var byName = parameters.ToDictionary(parameter => parameter.Name);
        foreach (var candidate in parameters.SelectMany(parameter => ByName(parameter)).Concat(ByNode(graph, byName)))
        {
            if (!byName.ContainsKey(candidate.Name)) Add(others, candidate);
        }

        using var checkpoint = Checkpoint.Find(folder);
        checkpoint?.Correct(others, parameters, weights);
        return new ParameterNames(parameters, others, factors);
    }

    /// <summary>The other names that mean a parameter and nothing else.</summary>
    public IEnumerable<ParameterName> OthersOf(Initializer parameter) =>
        _others.Values.Where(candidates => candidates is [var only] && only.Parameter == parameter).Select(candidates => candidates[0]).OrderBy(name => name.Name, StringComparer.Ordinal);

    /// <summary>Which parameter each tensor of a file is.</summary>
    /// <exception cref="SafetensorsException">A name is not known or means several parameters, a shape differs, or two tensors are one parameter.</exception>
    public IReadOnlyList<(TensorEntry Tensor, ParameterName Meaning)> Resolve(IReadOnlyList<TensorEntry> tensors)
    {
        var transposes = ComeTransposed(tensors);
        var resolved = tensors.Select(tensor => (tensor, Meaning: MeaningOf(tensor, transposes))).ToList();
        if (resolved.GroupBy(one => one.Meaning.Parameter.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new SafetensorsException(twice.Last().tensor.Name, $"Is the parameter '{twice.Key}', which the file holds under '{twice.First().tensor.Name}' as well.");
        }

        return resolved;
    }

    /// <summary>Adds what a name may mean.</summary>
    public static void Add(Dictionary<string, List<ParameterName>> names, ParameterName candidate)
    {
        if (!names.TryGetValue(candidate.Name, out var candidates)) names.Add(candidate.Name, candidates = []);
        if (!candidates.Contains(candidate)) candidates.Add(candidate);
    }

    // Some graphs keep a Linear layer's own name for what they hold transposed. A trainer's file has all of them in one way: those that are not square say which.
    private bool ComeTransposed(IReadOnlyList<TensorEntry> tensors)
    {
        var telling = tensors.Where(tensor => _factors.Contains(tensor.Name) && _parameters.TryGetValue(tensor.Name, out var parameter) && parameter.Shape is [var rows, var columns] && rows != columns).ToList();
        var transposed = telling.FindAll(tensor => tensor.Shape.SequenceEqual(_parameters[tensor.Name].Shape.Reverse()));
        if (transposed.Count == 0) return false;
        return transposed.Count == telling.Count
            ? true
            : throw new SafetensorsException(transposed[0].Name, $"Is transposed ({transposed[0].ShapeText}), and '{telling.Except(transposed).First().Name}' is not: whether a square one is cannot be told. Send all in one way.");
    }

    private ParameterName MeaningOf(TensorEntry tensor, bool transposes)
    {
        if (_parameters.TryGetValue(tensor.Name, out var parameter)) return Checked(tensor, new ParameterName(tensor.Name, parameter, transposes && _factors.Contains(tensor.Name) && parameter.Shape.Length == 2));
        return _others.GetValueOrDefault(tensor.Name) switch
        {
            [var only] => Checked(tensor, only),
            { Count: > 1 } several => throw new SafetensorsException(tensor.Name, $"Could be any of {string.Join(", ", several.Select(one => $"'{one.Parameter.Name}'"))}. Send the one that is meant under that name."),
            _ => throw new SafetensorsException(tensor.Name, $"The policy has no parameter of that name; GET .../parameters lists them.{Similar(tensor)}"),
        };
    }

    private static ParameterName Checked(TensorEntry tensor, ParameterName meaning)
    {
        if (!tensor.Shape.SequenceEqual(meaning.Shape)) throw new SafetensorsException(tensor.Name, $"Has the shape {tensor.ShapeText}; {TensorEntry.TextOf(meaning.Shape)} is needed.");
        var dtype = ParameterReader.DtypeOf(meaning.Parameter.ElementType);
        return tensor.Dtype == dtype ? meaning : throw new SafetensorsException(tensor.Name, $"Is {tensor.Dtype.NameOf()}; {dtype.NameOf()} is needed.");
    }

    // A trainer that finds out by trial wants to know what it could have meant.
    private string Similar(TensorEntry tensor)
    {
        const int Most = 5;
        var sameShape = Parameters.Where(parameter => parameter.Name.StartsWith(Anonymous, StringComparison.Ordinal) && (tensor.Shape.SequenceEqual(parameter.Shape) || tensor.Shape.SequenceEqual(parameter.Shape.Reverse()))).Take(Most + 1).ToList();
        return sameShape.Count is 0 or > Most ? "" : $" By its shape it could be {string.Join(", ", sameShape.Select(parameter => $"'{parameter.Name}'"))}.";
    }

    private const string Anonymous = "onnx::";

    // onnxruntime-genai: model.layers.0.attn.q_proj.MatMul.weight is Hugging Face's model.layers.0.self_attn.q_proj.weight, transposed.
    private static IEnumerable<ParameterName> ByName(Initializer parameter)
    {
        var isFactor = parameter.Name.EndsWith(".MatMul.weight", StringComparison.Ordinal);
        var name = FinalNorm().Replace(parameter.Name, "model.norm.weight")
            .Replace(".MatMul.weight", ".weight", StringComparison.Ordinal).Replace(".Add.bias", ".bias", StringComparison.Ordinal)
            .Replace("_norm.layernorm.weight", "_norm.weight", StringComparison.Ordinal).Replace(".attn.", ".self_attn.", StringComparison.Ordinal);
        return name == parameter.Name ? [] : [new ParameterName(name, parameter, isFactor)];
    }

    // torch.onnx names a transposed weight onnx::MatMul_123, and the node that uses it after its module: /model/layers.0/self_attn/q_proj/MatMul.
    private static IEnumerable<ParameterName> ByNode(OnnxGraph graph, Dictionary<string, Initializer> parameters)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.Text(4) != "MatMul" || ModulePath().Match(node.Text(3)) is not { Success: true } path) continue;
            if (node.All(1).Skip(1).FirstOrDefault()?.Text is { } factor && factor.StartsWith(Anonymous, StringComparison.Ordinal) && parameters.TryGetValue(factor, out var parameter))
            {
                yield return new ParameterName(path.Groups["module"].Value.Replace('/', '.') + ".weight", parameter, IsTransposed: true);
            }
        }
    }

    [GeneratedRegex(@"^model\.layers\.\d+\.final_norm_layernorm\.weight$", RegexOptions.None, 1000)]
    private static partial Regex FinalNorm();

    [GeneratedRegex(@"^/(?<module>.+)/MatMul$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ModulePath();
}

/// <summary>A name under which a parameter may be sent.</summary>
/// <param name="Name">The name.</param>
/// <param name="Parameter">What it means.</param>
/// <param name="IsTransposed">Whether it is sent transposed.</param>
internal sealed record ParameterName(string Name, Initializer Parameter, bool IsTransposed)
{
    /// <summary>The shape in which it is sent.</summary>
    public IReadOnlyList<long> Shape => IsTransposed ? [.. Parameter.Shape.Reverse()] : Parameter.Shape;
}
