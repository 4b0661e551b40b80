namespace Grpo.Engines.Tokenizers.PreTokenizers;

/// <summary>Writes spaces as a mark and puts one in front, as sentencepiece does.</summary>
internal sealed class MetaspaceStep(char mark, PrependScheme scheme, IPieceSink next) : IPieceSink
{
    public void Take(ReadOnlySpan<char> piece, bool startsText, List<int> tokenIds)
    {
        bool prepend = scheme == PrependScheme.Always || (scheme == PrependScheme.First && startsText);
        bool marked = piece[0] == ' ' || piece[0] == mark;
        string rewritten = (prepend && !marked ? mark.ToString() : "") + piece.ToString().Replace(' ', mark);
        next.Take(rewritten, startsText, tokenIds);
    }
}

/// <summary>Which pieces get a mark in front.</summary>
internal enum PrependScheme
{
    /// <summary>Only the beginning of the text.</summary>
    First,

    /// <summary>No piece.</summary>
    Never,

    /// <summary>Every piece, also those after an added token.</summary>
    Always,
}
