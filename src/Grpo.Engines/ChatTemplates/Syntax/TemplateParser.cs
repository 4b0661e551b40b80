using System.Runtime.CompilerServices;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Evaluation.Statements;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Parses a template into its statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly StatementParser _statements;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
        _statements = new StatementParser(tokens, _expressions, Body);
    }

    /// <summary>The statements of a template.</summary>
    /// <exception cref="TemplateError">The template is not well-formed.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new TemplateParser(new TokenStream(Lexer.Tokenize(source)));
        var body = parser.Body([]);
        return parser._tokens.Current.Kind == TokenKind.End ? body : throw parser._tokens.Unexpected("the end of the template");
    }

    /// <summary>Statements up to a tag of one of these names, whose delimiter and name are taken; up to the end of the template if there are none.</summary>
    private List<Statement> Body(string[] ends)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var body = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Text(token.Line, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    body.Add(new Print(token.Line, _expressions.ParseTuple()));
                    _tokens.Expect(TokenKind.VariableEnd, "end of print statement");
                    break;
                default:
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text)) return body;
                    body.Add(_statements.Parse());
                    break;
            }
        }

        return ends.Length == 0 ? body : throw _tokens.Unexpected(string.Join(" or ", ends.Select(end => $"'{end}'")));
    }
}
