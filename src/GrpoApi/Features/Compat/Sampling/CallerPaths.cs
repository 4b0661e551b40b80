using System.Text.RegularExpressions;
using FluentValidation;
using FluentValidation.Results;

namespace GrpoApi.Features.Compat.Sampling;

/// <summary>What a caller of another system's API calls the fields of a rollout request, so that an error names what they wrote.</summary>
/// <param name="Prompt">The path of a prompt, by its position.</param>
/// <param name="Sampling">What the names of the sampling fields follow, such as <c>sampling_params.</c></param>
/// <param name="Renamed">Fields with other names: ours and theirs.</param>
internal sealed partial record CallerPaths(Func<int, string> Prompt, string Sampling, params (string Ours, string Theirs)[] Renamed)
{
    private const string OurSampling = "sampling.";

    /// <summary>The caller's path for one of ours.</summary>
    public string Of(string path)
    {
        if (PromptPath().Match(path) is { Success: true } prompt) return Prompt(int.Parse(prompt.Groups["index"].Value)) + prompt.Groups["rest"].Value;
        foreach (var (ours, theirs) in Renamed)
        {
            if (path.StartsWith(ours, StringComparison.Ordinal) && (path.Length == ours.Length || path[ours.Length] is '.' or '[')) return theirs + path[ours.Length..];
        }

        return path.StartsWith(OurSampling, StringComparison.Ordinal) ? Sampling + path[OurSampling.Length..] : path;
    }

    /// <summary>The same problems under the caller's paths.</summary>
    public ValidationException Of(IEnumerable<ValidationFailure> problems) =>
        new([.. problems.Select(problem => new ValidationFailure(Of(problem.PropertyName ?? ""), problem.ErrorMessage))]);

    [GeneratedRegex(@"^prompts\[(?<index>\d+)\](\.(token_ids|text|messages))?(?<rest>.*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PromptPath();
}
