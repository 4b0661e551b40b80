using Grpo.Engines.Onnx.Scheduling;

namespace Grpo.Engines.Tests.Onnx.Scheduling;

public class StopStringWatchTests
{
    [Theory]
    [InlineData("abcdef", "cd", "cd", "ab")]
    [InlineData("abcabd", "abd", "abd", "abc")]
    [InlineData("aaaa", "aaaa", "aaaa", "")]
    [InlineData("abcdef", "bcd|cd", "bcd", "a")]
    [InlineData("abcdef", "de|bcdef", "de", "abc")]
    public void The_stop_string_that_completes_first_ends_the_text_before_it(string text, string stops, string found, string before)
    {
        var watch = new StopStringWatch(new LetterTokenizer(), stops.Split('|'));

        var hit = text.Select(letter => watch.Append(letter - 'a', mayStop: true)).First(stop => stop is not null);

        Assert.Equal(found, hit);
        Assert.Equal(before, watch.TextBeforeStop);
    }

    [Fact]
    public void A_stop_string_within_the_minimum_length_is_plain_text()
    {
        var watch = new StopStringWatch(new LetterTokenizer(), ["ab", "longer"]);

        Assert.Null(watch.Append(0, mayStop: false));
        Assert.Null(watch.Append(1, mayStop: false));
        Assert.Null(watch.Append(2, mayStop: true));
        Assert.Null(watch.Append(0, mayStop: true));
        Assert.Equal("ab", watch.Append(1, mayStop: true));
        Assert.Equal("abc", watch.TextBeforeStop);
    }
}
