using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers;

/// <summary>Text and tokens of one model folder: its tokenizer and its chat template. Safe to use from many threads.</summary>
public sealed class ModelTokenizer : IPolicyTokenizer
{
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _chatTemplate;

    private ModelTokenizer(Tokenizer tokenizer, ChatTemplate? chatTemplate) => (_tokenizer, _chatTemplate) = (tokenizer, chatTemplate);

    /// <summary>Every token id is below it.</summary>
    public int VocabSize => _tokenizer.VocabSize;

    /// <summary>Reads the tokenizer and the chat template, if there is one.</summary>
    /// <param name="folder">A model folder in Hugging Face layout.</param>
    /// <param name="time">The clock of templates that write the date.</param>
    /// <exception cref="ModelLoadException">A file is missing or has a part that is not supported; the message names it.</exception>
    public static ModelTokenizer Load(string folder, TimeProvider time)
    {
        try
        {
            return new ModelTokenizer(Tokenizer.Load(folder), ChatTemplate.Load(folder, time));
        }
        catch (ChatTemplateException exception)
        {
            throw new ModelLoadException($"The model's chat template cannot be used: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool addSpecialTokens) => _tokenizer.Encode(text, addSpecialTokens);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens) => _tokenizer.Decode(tokenIds, skipSpecialTokens);

    /// <inheritdoc/>
    public string? TokenOf(int tokenId) => _tokenizer.TokenOf(tokenId);

    /// <inheritdoc/>
    public string RenderChat(ChatRequest request) =>
        _chatTemplate?.Render(request) ?? throw new ChatTemplateException("The model has no chat template: send text or token_ids instead of messages.");
}
