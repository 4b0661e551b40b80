using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using FluentValidation;
using Grpo.Engines.Weights;
using GrpoApi.Http;
using GrpoApi.Http.Tensors;
using Microsoft.Extensions.Options;

namespace GrpoApi.Features.Logprobs;

/// <summary>Tokens to be scored under a policy: teacher forcing.</summary>
public sealed record LogprobsRequest : IBindableFromHttpContext<LogprobsRequest>
{
    /// <summary>The policy, as <c>name</c>, <c>name@version</c> or <c>name@snapshot</c>; absent: the default policy.</summary>
    /// <example>tiny-r1</example>
    public string? Policy { get; init; }

    /// <summary>Divisor of the logits; 0 means 1, as for greedy decoding.</summary>
    /// <value>At least 0. The default value is 1.</value>
    [DefaultValue(1.0)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Prompts with their completions. Sequences with the same prompt share its reading.</summary>
    public IReadOnlyList<ScoredSequence> Sequences { get; init; } = [];

    /// <summary>What is wanted.</summary>
    /// <value>The default value is logprobs.</value>
    public IReadOnlyList<LogprobsField> Include { get; init; } = [LogprobsField.Logprobs];

    /// <summary>How many of the most likely tokens are wanted at each position.</summary>
    /// <value>From 0 to 20. The default value is 0.</value>
    [DefaultValue(0)]
    public int TopLogprobs { get; init; }

    /// <summary>Reads the body as JSON or as tensors.</summary>
    public static async ValueTask<LogprobsRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var limits = context.RequestServices.GetRequiredService<IOptions<LimitsOptions>>().Value;
        return await JsonOrTensorsBody.ReadAsync(context, limits, LogprobsTensors.Read);
    }
}

/// <summary>A prompt and one completion of it.</summary>
public sealed record ScoredSequence
{
    /// <summary>The prompt, shape (T), at least one token.</summary>
    /// <example>[1, 17, 4]</example>
    public required IReadOnlyList<int> PromptTokenIds { get; init; }

    /// <summary>The tokens to be scored, shape (T).</summary>
    /// <example>[5, 9]</example>
    public required IReadOnlyList<int> CompletionTokenIds { get; init; }
}

/// <summary>What can be asked for besides the most likely tokens.</summary>
public enum LogprobsField
{
    /// <summary>Log-probability of each token under softmax(logits / temperature).</summary>
    Logprobs,

    /// <summary>Entropy at each position, nats.</summary>
    Entropy,
}

/// <summary>The rules of <see cref="LogprobsRequest"/> that do not depend on the policy.</summary>
public sealed class LogprobsRequestValidator : AbstractValidator<LogprobsRequest>
{
    private const int MostTopLogprobs = 20;

    /// <summary>States the rules.</summary>
    public LogprobsRequestValidator(IOptions<LimitsOptions> options)
    {
        var limits = options.Value;
        RuleFor(request => request.Policy).MinimumLength(1);
        RuleFor(request => request.Temperature).GreaterThanOrEqualTo(0);
        RuleFor(request => request.TopLogprobs).InclusiveBetween(0, MostTopLogprobs);
        RuleFor(request => request.Sequences).NotEmpty().WithMessage("At least one sequence is needed.")
            .Must(sequences => sequences.Count <= limits.MaxCompletionsPerRequest).WithMessage($"At most {limits.MaxCompletionsPerRequest} sequences are allowed (Limits:MaxCompletionsPerRequest).");
        RuleForEach(request => request.Sequences).NotNull().ChildRules(sequence => sequence
            .RuleFor(one => one.PromptTokenIds).NotEmpty().WithMessage("A prompt needs at least one token."));
    }
}

/// <summary>The request from a safetensors body.</summary>
internal static class LogprobsTensors
{
    private static readonly JsonSerializerOptions Fields = TensorFields.Without<LogprobsRequest>("sequences");
    private static readonly string[] Names = ["prompt_token_ids", "prompt_mask", "completion_token_ids", "mask"];

    /// <summary>The request of a file.</summary>
    /// <exception cref="SafetensorsException">A tensor is missing, not known, or not of the type or shape needed.</exception>
    public static LogprobsRequest Read(SafetensorsFile file)
    {
        var fields = TensorFields.Read<LogprobsRequest>(file.Header, Fields);
        if (file.Header.Tensors.FirstOrDefault(tensor => !Names.Contains(tensor.Name)) is { } unknown)
        {
            throw new SafetensorsException(unknown.Name, $"Is not known here. Known: {string.Join(", ", Names)}.");
        }

        var prompts = Rows(file, "prompt_token_ids", "prompt_mask");
        var completions = Rows(file, "completion_token_ids", "mask");
        if (prompts.Count != completions.Count) throw new SafetensorsException("completion_token_ids", $"Has {completions.Count} rows, and prompt_token_ids has {prompts.Count}.");
        return fields with { Sequences = [.. prompts.Zip(completions, (prompt, completion) => new ScoredSequence { PromptTokenIds = prompt, CompletionTokenIds = completion })] };
    }

    private static List<int[]> Rows(SafetensorsFile file, string name, string maskName)
    {
        var ids = Find(name, SafetensorsDtype.I32);
        var mask = Find(maskName, SafetensorsDtype.U8).RequireShape([.. ids.Shape]);
        var (width, rows) = ((int)ids.Shape[1], new List<int[]>());
        for (var row = 0; row < ids.Shape[0]; row++)
        {
            var valid = file.Values<byte>(mask).Slice(row * width, width);
            var tokens = file.Values<int>(ids).Slice(row * width, width);
            var kept = new List<int>();
            for (var t = 0; t < width; t++)
            {
                if (valid[t] != 0) kept.Add(tokens[t]);
            }

            rows.Add([.. kept]);
        }

        return rows;

        TensorEntry Find(string tensor, SafetensorsDtype dtype)
        {
            var entry = file.Header.Find(tensor) ?? throw new SafetensorsException(tensor, "Is required, of the shape (N, T).");
            if (entry.Shape.Count != 2) throw new SafetensorsException(tensor, $"Has the shape {entry.ShapeText}; (N, T) is needed.");
            return entry.Dtype == dtype ? entry : throw new SafetensorsException(tensor, $"Must be {dtype.NameOf()}, not {entry.Dtype.NameOf()}.");
        }
    }
}
