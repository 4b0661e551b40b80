namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Tokens with a position, and the questions a parser asks of them.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int _position;

    /// <summary>The token at hand.</summary>
    public Token Current => tokens[_position];

    /// <summary>The token after that.</summary>
    public Token Ahead => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    /// <summary>Takes the token at hand.</summary>
    public Token Next()
    {
        var token = Current;
        if (token.Kind != TokenKind.End) _position++;
        return token;
    }

    /// <summary>Whether the token at hand is that operator.</summary>
    public bool IsOperator(string text) => Current.Is(TokenKind.Operator, text);

    /// <summary>Whether the token at hand is that identifier or keyword.</summary>
    public bool IsName(string text) => Current.Is(TokenKind.Name, text);

    /// <summary>Takes the token at hand if it is that operator.</summary>
    public bool TakeOperator(string text) => Take(TokenKind.Operator, text);

    /// <summary>Takes the token at hand if it is that identifier or keyword.</summary>
    public bool TakeName(string text) => Take(TokenKind.Name, text);

    /// <summary>Takes the operator that must stand here.</summary>
    public void ExpectOperator(string text)
    {
        if (!TakeOperator(text)) throw Unexpected($"'{text}'");
    }

    /// <summary>Takes the keyword that must stand here.</summary>
    public void ExpectName(string text)
    {
        if (!TakeName(text)) throw Unexpected($"'{text}'");
    }

    /// <summary>Takes the token of that kind that must stand here.</summary>
    public Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Next() : throw Unexpected(what);

    /// <summary>The error of a token that cannot stand here.</summary>
    public TemplateError Unexpected(string expected) => new($"expected {expected}, got {Current.Describe()}", Current.Line);

    private bool Take(TokenKind kind, string text)
    {
        if (!Current.Is(kind, text)) return false;
        Next();
        return true;
    }
}
