namespace Grpo.Engines.Tokenizers.Bpe;

/// <summary>GPT-2's one printable character for each byte: printable Latin-1 stands for itself, the other 68 bytes are U+0100 onwards (openai/gpt-2, encoder.py, bytes_to_unicode).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = Build();
    private static readonly short[] Bytes = Invert(Chars);

    public static char CharOf(byte value) => Chars[value];

    /// <summary>The byte a character stands for, -1 for none.</summary>
    public static int ByteOf(char character) => character < Bytes.Length ? Bytes[character] : -1;

    private static char[] Build()
    {
        var chars = new char[256];
        char other = '\u0100';
        for (int value = 0; value < 256; value++)
        {
            bool itself = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            chars[value] = itself ? (char)value : other++;
        }

        return chars;
    }

    private static short[] Invert(char[] chars)
    {
        var bytes = new short[chars.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (short value = 0; value < chars.Length; value++) bytes[chars[value]] = value;
        return bytes;
    }
}
