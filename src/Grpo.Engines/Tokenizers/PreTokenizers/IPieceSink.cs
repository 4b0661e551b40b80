namespace Grpo.Engines.Tokenizers.PreTokenizers;

/// <summary>A step between a text and its token ids. Steps form a chain: each cuts or rewrites a piece and hands the parts on; the model is the last.</summary>
internal interface IPieceSink
{
    /// <summary>Takes a piece of text that is not empty and appends its token ids.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="startsText">Whether the piece is the beginning of the whole text, not only of a part of it.</param>
    /// <param name="tokenIds">Where the ids go.</param>
    void Take(ReadOnlySpan<char> piece, bool startsText, List<int> tokenIds);
}
