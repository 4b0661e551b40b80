using System.Text.Json;

namespace Grpo.Bench;

/// <summary>Rows of a dataset of sums.</summary>
internal static class SumRows
{
    /// <summary>The question of a row.</summary>
    public static string Question(int index) => $"What is {11 + (index * 7 % 89)} + {12 + (index * 13 % 87)}?";

    /// <summary>What is known to be right.</summary>
    public static JsonElement Reference(int index) => JsonSerializer.SerializeToElement(new { answer = Answer(index) });

    /// <summary>The row.</summary>
    public static JsonElement Row(int index) => JsonSerializer.SerializeToElement(new { question = Question(index), answer = Answer(index) });

    private static string Answer(int index) => $"{23 + (index * 7 % 89) + (index * 13 % 87)}";
}
