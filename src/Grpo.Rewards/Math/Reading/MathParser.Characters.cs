namespace Grpo.Rewards.Math;

/// <summary>Looking at the characters ahead, and taking them.</summary>
internal sealed partial class MathParser
{
    private void SkipSpaces()
    {
        while (_at < _text.Length && _text[_at] == ' ')
            _at++;
    }

    private char Peek()
    {
        SkipSpaces();
        return Peek(0);
    }

    private char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private bool Take(string expected)
    {
        SkipSpaces();
        if (!_text.AsSpan(_at).StartsWith(expected))
            return false;
        _at += expected.Length;
        return true;
    }

    private int WordLength()
    {
        var end = _at;
        while (end < _text.Length && char.IsLetter(_text[end]))
            end++;
        return end - _at;
    }

    private bool TakeWord(string word)
    {
        SkipSpaces();
        if (_at >= _text.Length || (_text[_at] | 0x20) != word[0] || WordLength() != word.Length || !_text.AsSpan(_at).StartsWith(word, StringComparison.OrdinalIgnoreCase))
            return false;
        _at += word.Length;
        return true;
    }

    private ReadOnlySpan<char> CommandName()
    {
        var end = _at + 1;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
            end++;
        return end > _text.Length ? default : _text.AsSpan(_at + 1, end - _at - 1);
    }

    private bool IsCommand(string name) => Peek() == '\\' && CommandName().SequenceEqual(name);

    private bool TakeCommand(string name)
    {
        if (!IsCommand(name))
            return false;
        _at += 1 + name.Length;
        return true;
    }

    private bool TakeDegree()
    {
        var start = _at;
        if (Take("^") && (TakeCommand("circ") || (Take("{") && TakeCommand("circ") && Take("}"))))
            return true;
        _at = start;
        return false;
    }
}
