using Grpo.Engines.ChatTemplates;
using Grpo.Rollouts;

namespace Grpo.Engines.Tokenizers;

/// <summary>The tokenizer and the chat template of one model folder. Immutable; safe for many threads.</summary>
public sealed class ModelTokenizer : IPolicyTokenizer
{
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _chatTemplate;

    private ModelTokenizer(Tokenizer tokenizer, ChatTemplate? chatTemplate)
    {
        _tokenizer = tokenizer;
        _chatTemplate = chatTemplate;
    }

    /// <summary>One more than the highest token id. A model's logits may be wider.</summary>
    public int VocabSize => _tokenizer.VocabSize;

    /// <summary>Reads tokenizer.json and, if there is one, the chat template.</summary>
    /// <param name="folder">A folder in Hugging Face layout.</param>
    /// <param name="time">The clock of templates that write a date.</param>
    /// <exception cref="ModelLoadException">A file is missing, damaged or not supported; the message names what.</exception>
    public static ModelTokenizer Load(string folder, TimeProvider time)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        try
        {
            return new ModelTokenizer(tokenizer, ChatTemplate.Load(folder, time));
        }
        catch (ChatTemplateException e)
        {
            throw new ModelLoadException($"The chat template of {folder} cannot be used: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool addSpecialTokens) => _tokenizer.Encode(text, addSpecialTokens);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> tokenIds, bool skipSpecialTokens) => _tokenizer.Decode(tokenIds, skipSpecialTokens);

    /// <inheritdoc/>
    public string? TokenOf(int tokenId) => _tokenizer.TokenOf(tokenId);

    /// <summary>The id of a token as written in the vocabulary, or null for none.</summary>
    public int? IdOf(string token) => _tokenizer.IdOf(token);

    /// <inheritdoc/>
    public string RenderChat(ChatRequest request) => _chatTemplate is null
        ? throw new ChatTemplateException("The model has no chat template: give the prompt as text or tokens.")
        : _chatTemplate.Render(request);
}
