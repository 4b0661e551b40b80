using System.Text.Json;
using FluentValidation;
using GrpoApi.Http;

namespace GrpoApi.Features.Trainers;

/// <summary>A trainer's own settings as the caller sent them, read by name; a value of the wrong kind is the caller's error at its path.</summary>
/// <param name="values">The settings.</param>
/// <param name="path">Where they stand in the request.</param>
internal sealed class TrainerSettings(IReadOnlyDictionary<string, JsonElement> values, string path = "trainer_config")
{
    /// <summary>Every name that was given.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>Whether the setting was given and is not null.</summary>
    public bool Has(string name) => values.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A number, or null.</summary>
    public double? Number(string name) => Read(name, JsonValueKind.Number, value => (double?)Finite(name, value), "a number");

    /// <summary>A number, or the trainer's default.</summary>
    public double Number(string name, double fallback) => Number(name) ?? fallback;

    /// <summary>A whole number, or the trainer's default.</summary>
    public int Whole(string name, int fallback)
    {
        var number = Number(name, fallback);
        return number == Math.Floor(number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : throw Invalid(name, "Must be a whole number.");
    }

    /// <summary>true or false; false when absent.</summary>
    public bool Flag(string name, bool fallback = false)
    {
        if (!Has(name)) return fallback;
        return values[name].ValueKind is JsonValueKind.True or JsonValueKind.False ? values[name].GetBoolean() : throw Invalid(name, "Must be true or false.");
    }

    /// <summary>A string, or null.</summary>
    public string? Text(string name) => Read(name, JsonValueKind.String, value => value.GetString(), "a string");

    /// <summary>A string, or a number as a string: some settings take both.</summary>
    public string? TextOrNumber(string name) => Has(name) && values[name].ValueKind == JsonValueKind.Number ? values[name].GetRawText() : Text(name);

    /// <summary>A list of numbers, or null.</summary>
    public double[]? Numbers(string name) => Read(name, JsonValueKind.Array, value => value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
        ? value.EnumerateArray().Select(item => Finite(name, item)).ToArray() : throw Invalid(name, "Must be a list of numbers."), "a list of numbers");

    /// <summary>A range, as [low, high], or null.</summary>
    public (double Low, double High)? Range(string name) => Numbers(name) switch
    {
        null => null,
        [var low, var high] when low <= high => (low, high),
        _ => throw Invalid(name, "Must be [low, high]."),
    };

    /// <summary>A list of strings, or null.</summary>
    public string[]? Texts(string name) => Read(name, JsonValueKind.Array, value => value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
        ? value.EnumerateArray().Select(item => item.GetString()!).ToArray() : throw Invalid(name, "Must be a list of strings."), "a list of strings");

    /// <summary>A list of pairs of whole numbers, or null.</summary>
    public (int From, int To)[]? Ranges(string name) => Read(name, JsonValueKind.Array, value => value.EnumerateArray().Select(pair =>
        pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2 && Index(pair[0]) is { } from && Index(pair[1]) is { } to && from <= to
            ? (from, to) : throw Invalid(name, "Must be a list of [from, to].")).ToArray(), "a list of [from, to]");

    /// <summary>The other settings.</summary>
    public TrainerSettings Without(string name) => new(values.Where(setting => setting.Key != name).ToDictionary(), path);

    /// <summary>Settings inside a setting, or null.</summary>
    public TrainerSettings? Section(string name) => Read(
        name, JsonValueKind.Object, value => new TrainerSettings(value.EnumerateObject().ToDictionary(field => field.Name, field => field.Value), $"{path}.{name}"), "an object");

    /// <summary>One of the given names, or the trainer's default.</summary>
    public string Choice(string name, string fallback, params string[] choices)
    {
        var choice = Text(name) ?? fallback;
        return choices.Contains(choice) ? choice : throw Invalid(name, $"'{choice}' is not supported. Supported: {string.Join(", ", choices)}.");
    }

    /// <summary>The same under any of several names; two of them with two values contradict each other.</summary>
    public string Choice(IReadOnlyList<string> names, string fallback, params string[] choices)
    {
        var given = names.Where(Has).ToArray();
        if (given.Length > 1 && given.Select(Text).Distinct().Count() > 1) throw Invalid(given[1], $"Contradicts {given[0]}, which means the same: give one of the two.");
        return Choice(given.FirstOrDefault() ?? names[0], fallback, choices);
    }

    /// <summary>Refuses a name the dialect does not know, naming the nearest it does.</summary>
    public void AllowOnly(IReadOnlyCollection<string> known)
    {
        foreach (var name in values.Keys.Where(name => !known.Contains(name)))
        {
            throw Invalid(name, $"Not a parameter of this trainer here. Did you mean {NearestName.Of(name, known)}?");
        }
    }

    /// <summary>The caller's error at a setting.</summary>
    public ValidationException Invalid(string name, string message) => RequestValidation.Invalid($"{path}.{name}", message);

    /// <summary>1e999 is read as infinity.</summary>
    private double Finite(string name, JsonElement value) => value.GetDouble() is var number && double.IsFinite(number) ? number : throw Invalid(name, "Must be a finite number.");

    private static int? Index(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var index) && index >= 0 ? index : null;

    private T? Read<T>(string name, JsonValueKind kind, Func<JsonElement, T> read, string what)
    {
        if (!Has(name)) return default;
        return values[name].ValueKind == kind ? read(values[name]) : throw Invalid(name, $"Must be {what}.");
    }
}
