using System.Text.Json;

namespace Grpo.Rewards.Accuracy;

/// <summary>Compares JSON values leaf by leaf: scalars, and empty objects and lists.</summary>
/// <param name="tolerance">Largest difference of numbers that counts as equal.</param>
/// <param name="ignoreOrder">Whether the order of list items is free.</param>
internal sealed class JsonLeaves(double tolerance, bool ignoreOrder)
{
    /// <summary>Comparisons of leaves; more are made only by long lists in free order.</summary>
    public const int Budget = 1_000_000;

    private int _comparisons;

    /// <summary>Whether the comparison was cut short.</summary>
    public bool IsExhausted => _comparisons > Budget;

    /// <summary>How many leaves a value has.</summary>
    public static int Count(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.EnumerateObject().Any() => value.EnumerateObject().Sum(property => Count(property.Value)),
        JsonValueKind.Array when value.GetArrayLength() > 0 => value.EnumerateArray().Sum(Count),
        _ => 1,
    };

    /// <summary>How many leaves of the reference stand at the same place of the answer.</summary>
    public int Matched(JsonElement gold, JsonElement answer)
    {
        if (++_comparisons > Budget || (gold.ValueKind is JsonValueKind.Object or JsonValueKind.Array && gold.ValueKind != answer.ValueKind))
            return 0;
        return gold.ValueKind switch
        {
            JsonValueKind.Object when gold.EnumerateObject().Any() => gold.EnumerateObject().Sum(property => answer.TryGetProperty(property.Name, out var value) ? Matched(property.Value, value) : 0),
            JsonValueKind.Object => answer.EnumerateObject().Any() ? 0 : 1,
            JsonValueKind.Array when gold.GetArrayLength() == 0 => answer.GetArrayLength() == 0 ? 1 : 0,
            JsonValueKind.Array => ignoreOrder ? InAnyOrder(gold, answer) : gold.EnumerateArray().Zip(answer.EnumerateArray(), Matched).Sum(),
            JsonValueKind.Number => IsNear(gold, answer) ? 1 : 0,
            _ => JsonElement.DeepEquals(gold, answer) ? 1 : 0,
        };
    }

    /// <summary>Each item of the reference takes the item of the answer that fits it best and is still free.</summary>
    private int InAnyOrder(JsonElement gold, JsonElement answer)
    {
        List<JsonElement> free = [.. answer.EnumerateArray()];
        var sum = 0;
        foreach (var item in gold.EnumerateArray())
        {
            var (best, matched, leaves) = (-1, 0, Count(item));
            for (var i = 0; i < free.Count && matched < leaves && !IsExhausted; i++)
            {
                if (Matched(item, free[i]) is var here && here > matched)
                    (best, matched) = (i, here);
            }
            if (best >= 0)
                free.RemoveAt(best);
            sum += matched;
        }
        return sum;
    }

    private bool IsNear(JsonElement gold, JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Number
        && (JsonElement.DeepEquals(gold, answer) || (tolerance > 0 && gold.TryGetDouble(out var a) && answer.TryGetDouble(out var b) && double.Abs(a - b) <= tolerance));
}
