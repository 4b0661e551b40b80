using System.Collections.Frozen;
using System.Globalization;

namespace Grpo.Rewards.Math.Comparison;

/// <summary>Units that are converted where both answers have one of the same kind. Any other words behind a number say nothing.</summary>
internal static class Units
{
    /// <summary>Kind, and factor to the kind's first unit.</summary>
    private static readonly FrozenDictionary<string, (string Kind, BigRational Factor)> Known = new (string Kind, string Names, string Factor)[]
    {
        ("length", "m meter meters metre metres", "1"), ("length", "mm millimeter millimeters millimetre millimetres", "1/1000"), ("length", "cm centimeter centimeters centimetre centimetres", "1/100"),
        ("length", "dm decimeter decimeters", "1/10"), ("length", "km kilometer kilometers kilometre kilometres", "1000"), ("length", "in inch inches", "254/10000"), ("length", "ft foot feet", "3048/10000"),
        ("length", "yd yard yards", "9144/10000"), ("length", "mi mile miles", "1609344/1000"),
        ("mass", "g gram grams", "1"), ("mass", "mg milligram milligrams", "1/1000"), ("mass", "kg kilogram kilograms", "1000"), ("mass", "lb lbs pound pounds", "45359237/100000"), ("mass", "oz ounce ounces", "45359237/1600000"),
        ("time", "s sec secs second seconds", "1"), ("time", "min mins minute minutes", "60"), ("time", "h hr hrs hour hours", "3600"), ("time", "day days", "86400"), ("time", "week weeks", "604800"),
        ("volume", "L l liter liters litre litres", "1"), ("volume", "mL ml milliliter milliliters millilitre millilitres", "1/1000"), ("volume", "gallon gallons gal", "3785411784/1000000000"),
        ("money", "dollar dollars USD", "1"), ("money", "cent cents", "1/100"),
        ("speed", "m/s", "1"), ("speed", "km/h kmh kph", "1000/3600"), ("speed", "mph", "1609344/3600000"),
    }.SelectMany(row => row.Names.Split(' '), (row, name) => (name, Value: (row.Kind, Rational(row.Factor)))).ToFrozenDictionary(pair => pair.name, pair => pair.Value);

    /// <summary>By what a number in the second unit is multiplied to be one in the first; null when either is unknown or their kinds differ.</summary>
    public static BigRational? Factor(string first, string second)
    {
        if (first == second)
            return null;
        var (a, b) = (Split(first), Split(second));
        if (a.Power != b.Power || !Known.TryGetValue(a.Name, out var x) || !Known.TryGetValue(b.Name, out var y) || x.Kind != y.Kind)
            return null;
        return (y.Factor / x.Factor).Power(a.Power);
    }

    /// <summary>The name and the power of <c>cm^2</c>, <c>\text{ cm}^2</c>, <c>square cm</c>.</summary>
    private static (string Name, int Power) Split(string unit)
    {
        var power = 1;
        if (unit.IndexOf('^', StringComparison.Ordinal) is > 0 and var raised)
        {
            power = unit.EndsWith('3') ? 3 : unit.EndsWith('2') ? 2 : 0;
            unit = unit[..raised];
        }
        foreach (var (word, value) in (ReadOnlySpan<(string, int)>)[("square ", 2), ("sq ", 2), ("cubic ", 3), ("cu ", 3)])
        {
            if (unit.StartsWith(word, StringComparison.Ordinal))
                (unit, power) = (unit[word.Length..], value);
        }
        return (unit.Trim('.', ' '), power);
    }

    private static BigRational Rational(string text) =>
        text.Split('/') is [var top, var bottom] ? new(long.Parse(top, CultureInfo.InvariantCulture), long.Parse(bottom, CultureInfo.InvariantCulture)) : new(long.Parse(text, CultureInfo.InvariantCulture), 1);
}
