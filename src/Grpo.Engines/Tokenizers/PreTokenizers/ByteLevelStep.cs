using System.Buffers;
using System.Text;
using Grpo.Engines.Tokenizers.Bpe;
using Grpo.Engines.Tokenizers.Patterns;

namespace Grpo.Engines.Tokenizers.PreTokenizers;

/// <summary>Writes a text as the printable characters that stand for its UTF-8 bytes, after GPT-2's split if asked for.</summary>
internal sealed class ByteLevelStep(bool addPrefixSpace, bool split, IPieceSink next) : IPieceSink
{
    private const int StackBytes = 192;

    public void Take(ReadOnlySpan<char> piece, bool startsText, List<int> tokenIds)
    {
        if (addPrefixSpace && piece[0] != ' ') piece = " " + piece.ToString();
        if (!split)
        {
            Map(piece, startsText, tokenIds);
            return;
        }

        for (int at = 0; at < piece.Length && SplitPattern.Gpt2.Find(piece, at, out int start, out int end); at = end)
        {
            Map(piece[start..end], startsText && start == 0, tokenIds);
        }
    }

    private void Map(ReadOnlySpan<char> piece, bool startsText, List<int> tokenIds)
    {
        int most = piece.Length * 3; // a UTF-16 unit is at most three bytes
        if (most > StackBytes)
        {
            byte[] bytes = ArrayPool<byte>.Shared.Rent(most);
            char[] chars = ArrayPool<char>.Shared.Rent(most);
            Map(piece, bytes, chars, startsText, tokenIds);
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(chars);
            return;
        }

        Map(piece, stackalloc byte[StackBytes], stackalloc char[StackBytes], startsText, tokenIds);
    }

    private void Map(ReadOnlySpan<char> piece, Span<byte> bytes, Span<char> chars, bool startsText, List<int> tokenIds)
    {
        int count = Encoding.UTF8.GetBytes(piece, bytes);
        for (int i = 0; i < count; i++) chars[i] = ByteAlphabet.CharOf(bytes[i]);
        next.Take(chars[..count], startsText, tokenIds);
    }
}
