using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Models;

/// <summary>The ONNX file of a model folder that is run, chosen by number format.</summary>
/// <param name="Path">The graph, absolute.</param>
/// <param name="PromptPath">A graph of its own for the first pass, in old exports that split the decoder in two; else null.</param>
internal sealed record GraphFile(string Path, string? PromptPath = null)
{
    // The suffixes of transformers.js (utils/dtypes.js), the most exact one first: it is taken when none is asked for.
    private static readonly (string Dtype, string Suffix)[] Suffixes =
    [
        ("fp32", ""), ("fp16", "_fp16"), ("q8", "_quantized"), ("int8", "_int8"), ("uint8", "_uint8"), ("q4", "_q4"), ("q4f16", "_q4f16"),
        ("bnb4", "_bnb4"), ("q2", "_q2"), ("q2f16", "_q2f16"), ("q1", "_q1"), ("q1f16", "_q1f16"),
    ];

    private static readonly Dictionary<string, string> Aliases = new() { ["float32"] = "fp32", ["float16"] = "fp16" };

    /// <summary>The number formats that a folder may offer, by the names that transformers.js gives them.</summary>
    public static IEnumerable<string> Dtypes => Suffixes.Select(entry => entry.Dtype);

    /// <summary>Finds the graph of a folder.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <param name="genaiGraph">The one file of an onnxruntime-genai folder; null for other layouts.</param>
    /// <param name="dtype">fp32, fp16, q8, int8, uint8, q4, q4f16, bnb4, ...; null for the most exact one there is.</param>
    /// <exception cref="ModelLoadException">There is none of that format; the message lists those that there are.</exception>
    public static GraphFile Find(string folder, string? genaiGraph, string? dtype)
    {
        if (genaiGraph is not null)
        {
            return FindGenai(folder, genaiGraph, dtype);
        }

        var wanted = dtype is null ? null : Aliases.GetValueOrDefault(dtype, dtype);
        var there = Suffixes.Select(entry => (entry.Dtype, File: FindSuffix(folder, entry.Suffix))).Where(entry => entry.File is not null).ToList();
        if (there.Find(entry => wanted is null || entry.Dtype == wanted).File is { } file)
        {
            return file;
        }

        throw new ModelLoadException(there.Count == 0
            ? "The model folder has no ONNX decoder: neither onnx/model.onnx nor model.onnx, in any number format, nor decoder_model_merged.onnx."
            : $"The model folder has no graph of dtype '{dtype}'. It has {string.Join(", ", there.Select(entry => entry.Dtype))}.");
    }

    private static GraphFile FindGenai(string folder, string name, string? dtype)
    {
        var path = System.IO.Path.GetFullPath(name, folder);
        if (!path.StartsWith(folder + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(path))
        {
            throw new ModelLoadException($"genai_config.json names the graph '{name}', which is not in the model folder.");
        }

        return dtype is null
            ? new GraphFile(path)
            : throw new ModelLoadException($"A model folder of onnxruntime-genai has one graph, here {name}; leave dtype out instead of asking for '{dtype}'.");
    }

    private static GraphFile? FindSuffix(string folder, string suffix)
    {
        foreach (var place in (string[])["onnx", ""])
        {
            string File(string stem) => System.IO.Path.Combine(folder, place, $"{stem}{suffix}.onnx");
            foreach (var whole in (string[])[File("model"), File("decoder_model_merged")])
            {
                if (System.IO.File.Exists(whole))
                {
                    return new GraphFile(whole);
                }
            }

            if (System.IO.File.Exists(File("decoder_with_past_model")) && System.IO.File.Exists(File("decoder_model")))
            {
                return new GraphFile(File("decoder_with_past_model"), File("decoder_model"));
            }
        }

        return null;
    }
}
