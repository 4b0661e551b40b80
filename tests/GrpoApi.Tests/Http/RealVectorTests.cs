using System.Globalization;
using System.Text.Json;
using Grpo.Losses;
using GrpoApi.Http;

namespace GrpoApi.Tests.Http;

/// <summary>Arrays of numbers in JSON.</summary>
public class RealVectorTests
{
    [Fact]
    public void Numbers_are_read_to_the_last_bit()
    {
        var random = new Random(5);
        double[] numbers = [.. Enumerable.Range(0, 50_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue))).Where(double.IsFinite), double.Epsilon, double.MaxValue, -0.0, 0.1f];

        var read = Read($"[{string.Join(',', numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)))}]");

        Assert.Equal(numbers.Select(BitConverter.DoubleToInt64Bits), read.ToArray().Select(BitConverter.DoubleToInt64Bits));
    }

    [Theory]
    [InlineData("9007199254740993", 9007199254740992.0)]
    [InlineData("9007199254740993.00000000000000000000000000000000000000001", 9007199254740994.0)]
    [InlineData("2.4703282292062327208e-324", 0.0)]
    [InlineData("2.5e-324", double.Epsilon)]
    [InlineData("1.7976931348623158e308", double.MaxValue)]
    [InlineData("1e-999", 0.0)]
    public void A_number_between_two_is_the_nearest(string text, double expected) => Assert.Equal(expected, Read($"[{text}]")[0]);

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("1.")]
    [InlineData("+1")]
    [InlineData("0x1")]
    [InlineData("NaN")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    public void What_is_no_finite_number_of_JSON_is_refused(string text) => Assert.Throws<JsonException>(() => Read($"[{text}]"));

    private static RealVector Read(string json) => JsonSerializer.Deserialize<RealVector>(json, JsonConventions.Options)!;
}
