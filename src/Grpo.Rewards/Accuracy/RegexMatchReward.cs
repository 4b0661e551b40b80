using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Grpo.Rewards.Accuracy;

/// <summary>Parameters of <see cref="RegexMatchReward"/>.</summary>
public sealed record RegexMatchParams
{
    /// <summary>The expression.</summary>
    [Description("A .NET regular expression without look-around, backreferences and atomic groups. null: reference.pattern.")]
    [StringLength(SafePattern.MaxLength)]
    public string? Pattern { get; init; }

    /// <summary>Which part of the completion is searched.</summary>
    [Description("What is searched: the text after the last </think> (all of it when there is none), the whole completion, or the last complete <answer> block only.")]
    public AnswerScope Scope { get; init; } = AnswerScope.AfterThink;

    /// <summary>Whether case is ignored.</summary>
    [Description("Ignore upper and lower case.")]
    public bool IgnoreCase { get; init; }

    /// <summary>Whether anchors mean lines.</summary>
    [Description("^ and $ mean the start and end of lines.")]
    public bool Multiline { get; init; }

    /// <summary>Whether the dot means any character.</summary>
    [Description(". means any character, line breaks too.")]
    public bool Singleline { get; init; }
}

/// <summary>1 when a regular expression matches.</summary>
/// <remarks>Matched without backtracking: the time is linear in the completion for every expression.</remarks>
public sealed class RegexMatchReward : ISampleReward
{
    private const int CachedPatterns = 256;

    private readonly RegexMatchParams _parameters;
    private readonly Regex? _pattern;
    private readonly ConcurrentDictionary<string, (Regex? Regex, string Problem)> _patterns = new();

    /// <summary>Binds it.</summary>
    /// <exception cref="RewardParamsException">The pattern does not compile.</exception>
    public RegexMatchReward(RegexMatchParams parameters)
    {
        _parameters = parameters;
        if (parameters.Pattern is null)
            return;
        (_pattern, var problem) = Compile(parameters.Pattern);
        if (_pattern is null)
            throw new RewardParamsException("pattern", problem);
    }

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<RegexMatchParams, RegexMatchReward>
    {
        Name = "regex_match",
        Version = "1",
        Summary = "1 when the regular expression of the params, or of reference.pattern, matches somewhere, else 0. Never backtracks.",
        Formula = "score = 1[pattern matches]",
        Source = "the usual check of instruction following",
        ReferenceFields = ["pattern"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample)
    {
        var (regex, problem) = _pattern is null ? OfReference(sample) : (_pattern, "");
        if (regex is null)
            return AnswerDetails.Unusable(problem);
        if (_parameters.Scope == AnswerScope.AnswerTag)
        {
            return AnswerExtractor.ExtractText(sample.Completion, AnswerScope.AnswerTag) is { } tagged
                ? AnswerDetails.Verdict(regex.IsMatch(tagged.Text), "searched in <answer>", tagged)
                : AnswerDetails.NoAnswer();
        }
        return regex.IsMatch(AnswerExtractor.InScope(sample.Completion, _parameters.Scope)) ? RewardScore.Of(1, "the pattern matches") : RewardScore.Of(0, "the pattern does not match");
    }

    private (Regex? Regex, string Problem) OfReference(RewardSample sample)
    {
        if (sample.ReferenceField("pattern") is not { ValueKind: JsonValueKind.String } field || field.GetString() is not { } pattern)
            return (null, "reference.pattern is missing");
        if (_patterns.TryGetValue(pattern, out var known))
            return known;
        var compiled = Compile(pattern);
        if (_patterns.Count < CachedPatterns)
            _patterns.TryAdd(pattern, compiled);
        return compiled;
    }

    private (Regex? Regex, string Problem) Compile(string pattern) => SafePattern.Compile(
        pattern,
        (_parameters.IgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None) | (_parameters.Multiline ? RegexOptions.Multiline : RegexOptions.None) | (_parameters.Singleline ? RegexOptions.Singleline : RegexOptions.None));
}
