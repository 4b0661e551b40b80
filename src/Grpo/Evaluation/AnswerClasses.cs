namespace Grpo.Evaluation;

/// <summary>Answers sorted into classes that mean the same.</summary>
public static class AnswerClasses
{
    /// <summary>Numbers the classes from 0 in the order of their first answer.</summary>
    /// <param name="answers">The answers, shape (n); null where a sample has none.</param>
    /// <param name="equivalent">Whether two answers mean the same; asked only for texts that differ.</param>
    /// <returns>The class of each answer, shape (n); null for null. An answer belongs to the first class whose first answer it is equivalent to.</returns>
    public static int?[] Of(IReadOnlyList<string?> answers, Func<string, string, bool> equivalent)
    {
        var byText = new Dictionary<string, int>();
        var representatives = new List<string>();
        var classes = new int?[answers.Count];
        for (var i = 0; i < classes.Length; i++)
        {
            if (answers[i] is not { } answer) continue;
            if (!byText.TryGetValue(answer, out var known))
            {
                known = representatives.FindIndex(first => equivalent(first, answer));
                if (known < 0)
                {
                    known = representatives.Count;
                    representatives.Add(answer);
                }

                byText[answer] = known;
            }

            classes[i] = known;
        }

        return classes;
    }
}
