using System.Text.RegularExpressions;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Splits a template into tokens, with Jinja2's whitespace control and trim_blocks, lstrip_blocks on and keep_trailing_newline off.</summary>
/// <remarks>trim_blocks drops the newline after a statement or comment, lstrip_blocks the blanks before one that starts its line.</remarks>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;

    private Lexer(string source) => _source = source;

    /// <summary>Tokens of a template, the last one of kind End.</summary>
    /// <exception cref="TemplateError">A delimiter is not closed, or a character belongs to no token.</exception>
    public static List<Token> Tokenize(string source)
    {
        var text = source.Replace("\r\n", "\n").Replace('\r', '\n');
        var lexer = new Lexer(text.EndsWith('\n') ? text[..^1] : text);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (Opening().Match(_source, _position) is { Success: true } opening)
        {
            Data(opening);
            var sign = opening.Groups["sign"].Value;
            Advance(opening.Index + opening.Length);
            switch (opening.Groups["open"].Value)
            {
                case "{#":
                    Skip(CommentEnd(), "comment");
                    break;
                case "{{":
                    Inside(TokenKind.VariableBegin, TokenKind.VariableEnd, VariableEnd());
                    break;
                case "{%" when RawBegin().Match(_source, _position) is { Success: true } raw:
                    Advance(raw.Index + raw.Length);
                    Raw();
                    break;
                default:
                    Inside(TokenKind.BlockBegin, TokenKind.BlockEnd, BlockEnd());
                    break;
            }
        }

        Add(TokenKind.Data, _source[_position..]);
        Advance(_source.Length);
        _tokens.Add(new Token(TokenKind.End, "", _line));
    }

    private void Data(Match opening)
    {
        var text = _source[_position..opening.Index];
        Add(TokenKind.Data, WithoutIndent(text, opening.Groups["sign"].Value, opening.Groups["open"].Value));
    }

    /// <summary>Text before an opening delimiter: "-" strips all white space, no sign strips the blanks of its line before a statement or comment.</summary>
    private string WithoutIndent(string text, string sign, string open)
    {
        if (sign == "-") return PyTrimEnd(text);
        if (sign == "+" || open == "{{") return text;
        var start = text.LastIndexOf('\n') + 1;
        var lineStarts = start > 0 || _position == 0 || _source[_position - 1] == '\n';
        return lineStarts && text.AsSpan(start).IsWhiteSpace() ? text[..start] : text;
    }

    private void Raw()
    {
        var end = RawEnd().Match(_source, _position);
        if (!end.Success) throw new TemplateError("missing end of raw directive", _line);
        Add(TokenKind.Data, WithoutIndent(_source[_position..end.Index], end.Groups["sign"].Value, "{%"));
        Advance(end.Index + end.Length);
    }

    private void Skip(Regex end, string what)
    {
        var match = end.Match(_source, _position);
        if (!match.Success) throw new TemplateError($"missing end of {what} tag", _line);
        Advance(match.Index + match.Length);
    }

    private void Inside(TokenKind begin, TokenKind end, Regex closing)
    {
        _tokens.Add(new Token(begin, "", _line));
        var brackets = new Stack<char>();
        while (true)
        {
            if (brackets.Count == 0 && closing.Match(_source, _position) is { Success: true } close)
            {
                _tokens.Add(new Token(end, "", _line));
                Advance(close.Index + close.Length);
                return;
            }

            if (_position == _source.Length) throw new TemplateError("unexpected end of template inside a tag", _line);
            var match = Lexeme().Match(_source, _position);
            if (!match.Success) throw new TemplateError($"unexpected character '{_source[_position]}'", _line);
            Balance(match.Value, brackets);
            Inner(match);
            Advance(match.Index + match.Length);
        }
    }

    private void Inner(Match match)
    {
        if (match.Groups["name"].Success) Add(TokenKind.Name, match.Value);
        else if (match.Groups["float"].Success) Add(TokenKind.Float, match.Value.Replace("_", ""));
        else if (match.Groups["integer"].Success) Add(TokenKind.Integer, match.Value.Replace("_", ""));
        else if (match.Groups["text"].Success) _tokens.Add(new Token(TokenKind.Text, StringLiteral.Unescape(match.Value[1..^1], _line), _line));
        else if (match.Groups["operator"].Success) Add(TokenKind.Operator, match.Value);
    }

    private void Balance(string lexeme, Stack<char> brackets)
    {
        switch (lexeme)
        {
            case "(" or "[" or "{":
                brackets.Push(lexeme[0] switch { '(' => ')', '[' => ']', _ => '}' });
                break;
            case ")" or "]" or "}":
                if (!brackets.TryPop(out var expected)) throw new TemplateError($"unexpected '{lexeme}'", _line);
                if (expected != lexeme[0]) throw new TemplateError($"unexpected '{lexeme}', expected '{expected}'", _line);
                break;
        }
    }

    private void Add(TokenKind kind, string text)
    {
        if (text.Length > 0) _tokens.Add(new Token(kind, text, _line));
    }

    private void Advance(int position)
    {
        _line += _source.AsSpan(_position, position - _position).Count('\n');
        _position = position;
    }

    private static string PyTrimEnd(string text) => text.TrimEnd();

    [GeneratedRegex(@"(?<open>\{%|\{\{|\{\#)(?<sign>[-+]?)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex Opening();

    [GeneratedRegex(@"\G\s*raw\s*(?:-%\}\s*|%\})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%(?<sign>[-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex RawEnd();

    [GeneratedRegex(@"(?:\+\#\}|-\#\}\s*|\#\}\n?)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex CommentEnd();

    [GeneratedRegex(@"\G(?:-\}\}\s*|\}\})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex VariableEnd();

    [GeneratedRegex(@"\G(?:\+%\}|-%\}\s*|%\}\n?)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex BlockEnd();

    [GeneratedRegex("""
        \G(?:
        (?<space>\s+)
        |(?<float>(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+))
        |(?<integer>0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?[0-9])*|0(?:_?0)*)
        |(?<name>[\w-[\d]]\w*)
        |(?<text>'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")
        |(?<operator>//|\*\*|==|!=|>=|<=|[-+/*%~\[\](){}><=.:|,;])
        )
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: TemplateLimits.PatternMilliseconds)]
    private static partial Regex Lexeme();
}
