namespace Grpo.Rewards.Accuracy;

/// <summary>The accuracy reward that fits the reference.</summary>
/// <remarks>
/// The first that the reference has: <c>choices</c>: <see cref="ChoiceAccuracyReward"/>; <c>numbers</c> with <c>target</c>: <see cref="CountdownReward"/>;
/// <c>json</c>: <see cref="JsonMatchReward"/>; <c>schema</c>: <see cref="JsonSchemaReward"/>; <c>pattern</c>: <see cref="RegexMatchReward"/>; else <see cref="MathAccuracyReward"/> with <c>answer</c>, in which words are compared as words.
/// </remarks>
public sealed class AccuracyReward(MathAccuracyParams parameters) : ISampleReward
{
    private readonly MathAccuracyReward _math = new(parameters);
    private readonly ChoiceAccuracyReward _choice = new(new() { Scope = parameters.Scope, AnchoredOnly = parameters.AnchoredOnly });
    private readonly CountdownReward _countdown = new(new() { Scope = parameters.Scope });
    private readonly JsonMatchReward _json = new(new() { Scope = parameters.Scope });
    private readonly JsonSchemaReward _schema = new(new() { Scope = parameters.Scope });
    private readonly RegexMatchReward _regex = new(new() { Scope = parameters.Scope });

    /// <summary>The catalogue entry.</summary>
    public static RewardDefinition Definition { get; } = new RewardDefinition<MathAccuracyParams, AccuracyReward>
    {
        Name = "accuracy",
        Version = "4",
        Summary = "1 when the final answer is right, else 0; the reference chooses the check. choices: choice_accuracy; numbers and target: countdown; json: json_match; schema: json_schema; pattern: regex_match; else answer: math_accuracy, whose parameters it takes.",
        Formula = "score = 1[answer = reference], by the check that the reference chooses",
        Source = "DeepSeek-R1, arXiv:2501.12948 section 2.2",
        ReferenceFields = ["answer", "choices", "numbers", "target", "json", "schema", "pattern"],
        Create = parameters => new(parameters),
    };

    /// <inheritdoc/>
    public RewardScore Score(RewardSample sample) => Chosen(sample).Score(sample);

    private ISampleReward Chosen(RewardSample sample)
    {
        if (sample.ReferenceField("choices") is not null)
            return _choice;
        if (sample.ReferenceField("numbers") is not null && sample.ReferenceField("target") is not null)
            return _countdown;
        if (sample.ReferenceField("json") is not null)
            return _json;
        if (sample.ReferenceField("schema") is not null)
            return _schema;
        return sample.ReferenceField("pattern") is not null ? _regex : _math;
    }
}
