using System.Globalization;
using System.Numerics;
using System.Text;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Syntax;

/// <summary>Values as they are written: literals, variables, and expressions in brackets.</summary>
/// <param name="tokens">The template's tokens.</param>
/// <param name="expressions">Parser of the expressions inside brackets.</param>
internal sealed class PrimaryParser(TokenStream tokens, ExpressionParser expressions)
{
    /// <summary>A literal, a variable, or an expression in brackets.</summary>
    public Expression Parse()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name: return Variable(tokens.Next());
            case TokenKind.Text: return Texts();
            case TokenKind.Integer: return new Constant(token.Line, IntegerOf(tokens.Next()));
            case TokenKind.Float: return new Constant(token.Line, double.Parse(tokens.Next().Text, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(": return Parentheses(token.Line);
            case TokenKind.Operator when token.Text == "[": return new ListLiteral(token.Line, Items("[", "]"));
            case TokenKind.Operator when token.Text == "{": return Dict(token.Line);
            default: throw tokens.Unexpected("an expression");
        }
    }

    private Expression Variable(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True": return new Constant(token.Line, true);
            case "false" or "False": return new Constant(token.Line, false);
            case "none" or "None": return new Constant(token.Line, None.Value);
            default:
                expressions.NamesRead.Add(token.Text);
                return new Name(token.Line, token.Text);
        }
    }

    private Constant Texts()
    {
        var token = tokens.Next();
        var text = new StringBuilder(token.Text);
        while (tokens.Current.Kind == TokenKind.Text) text.Append(tokens.Next().Text);
        return new Constant(token.Line, text.ToString());
    }

    /// <summary>The integer of a literal.</summary>
    /// <exception cref="TemplateError">It is too long.</exception>
    public static BigInteger IntegerOf(Token token)
    {
        var text = token.Text;
        if (text.Length > TemplateLimits.IntegerBits / 4) throw new TemplateError("an integer literal is too long", token.Line);
        return char.ToLowerInvariant(text.ElementAtOrDefault(1)) switch
        {
            'x' => BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier),
            'b' => BigInteger.Parse("0" + text[2..], NumberStyles.AllowBinarySpecifier),
            'o' => text[2..].Aggregate(BigInteger.Zero, (number, digit) => (number * 8) + (digit - '0')),
            _ => BigInteger.Parse(text),
        };
    }

    private Expression Parentheses(int line)
    {
        tokens.ExpectOperator("(");
        if (tokens.TakeOperator(")")) return new TupleLiteral(line, []);
        var value = expressions.ParseTuple();
        tokens.ExpectOperator(")");
        return value;
    }

    private List<Expression> Items(string open, string close)
    {
        tokens.ExpectOperator(open);
        var items = new List<Expression>();
        while (!tokens.TakeOperator(close))
        {
            if (items.Count > 0) tokens.ExpectOperator(",");
            if (tokens.TakeOperator(close)) break;
            items.Add(expressions.Parse());
        }

        return items;
    }

    private DictLiteral Dict(int line)
    {
        tokens.ExpectOperator("{");
        var entries = new List<(Expression, Expression)>();
        while (!tokens.TakeOperator("}"))
        {
            if (entries.Count > 0) tokens.ExpectOperator(",");
            if (tokens.TakeOperator("}")) break;
            var key = expressions.Parse();
            tokens.ExpectOperator(":");
            entries.Add((key, expressions.Parse()));
        }

        return new DictLiteral(line, entries);
    }
}
