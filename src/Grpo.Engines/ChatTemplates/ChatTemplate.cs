using Grpo.Engines.ChatTemplates.Builtins;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Syntax;
using Grpo.Engines.ChatTemplates.Values;
using Grpo.Rollouts;

namespace Grpo.Engines.ChatTemplates;

/// <summary>A model's chat template, parsed: turns messages into the text the model continues.</summary>
/// <remarks>
/// The templates of model folders are Jinja2, rendered as the transformers library does: sandboxed, trim_blocks and lstrip_blocks on,
/// with tojson that escapes nothing beyond JSON, raise_exception and strftime_now. Immutable, for any number of threads.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement>? _default;
    private readonly IReadOnlyList<Statement>? _toolUse;
    private readonly IReadOnlyDictionary<string, object> _specialTokens;
    private readonly TimeProvider _time;

    private ChatTemplate(TemplateSources sources, TimeProvider time)
    {
        _default = sources.Default is { } source ? ParseSource(source) : null;
        _toolUse = sources.ToolUse is { } toolUse ? ParseSource(toolUse) : null;
        _specialTokens = sources.SpecialTokens;
        _time = time;
    }

    /// <summary>Reads the template of a model folder, with the special tokens it may name.</summary>
    /// <param name="folder">A folder in Hugging Face layout.</param>
    /// <param name="time">Clock of strftime_now; local time is UTC.</param>
    /// <returns>Null when the folder has no template.</returns>
    /// <exception cref="ChatTemplateException">A file cannot be read, or the template is not well-formed.</exception>
    public static ChatTemplate? Load(string folder, TimeProvider time) =>
        TemplateSources.Read(folder) is { } sources ? new ChatTemplate(sources, time) : null;

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="time">Clock of strftime_now; local time is UTC.</param>
    /// <param name="specialTokens">Variables such as bos_token; null for none.</param>
    /// <exception cref="ChatTemplateException">The template is not well-formed; the message says in which line.</exception>
    public static ChatTemplate Parse(string source, TimeProvider time, IReadOnlyDictionary<string, string>? specialTokens = null) =>
        new(new TemplateSources(source, null, specialTokens?.ToDictionary(token => token.Key, object (token) => token.Value) ?? []), time);

    /// <summary>Renders messages.</summary>
    /// <exception cref="ChatTemplateException">The template refused the messages, with its own message; or it failed or went beyond a limit.</exception>
    public string Render(ChatRequest request)
    {
        var body = (request.Tools is null ? _default : _toolUse ?? _default)
            ?? throw new ChatTemplateException("The model has several chat templates, and none of them is named 'default'.");
        var state = new RenderState(_time);
        try
        {
            Work.Of(state);
            var globals = new Scope(state);
            Globals.Define(globals);
            foreach (var (name, value) in Variables(request)) globals.Set(name, value);
            var scope = globals.Inner();
            Statement.Execute(body, scope);
            return scope.Output.ToString();
        }
        catch (Exception exception) when (exception is not ChatTemplateException)
        {
            throw Failure(exception, state.Line);
        }
        finally
        {
            Work.Of(null);
        }
    }

    private Dictionary<string, object> Variables(ChatRequest request)
    {
        var variables = new Dictionary<string, object>(_specialTokens);
        foreach (var (name, value) in request.TemplateArguments ?? []) variables[name] = JsonValue.Of(value);
        variables["messages"] = new PyList([.. request.Messages.Select(JsonValue.Of)]);
        variables["tools"] = JsonValue.Of(request.Tools);
        variables.TryAdd("documents", None.Value);
        variables["add_generation_prompt"] = request.AddGenerationPrompt;
        return variables;
    }

    private static IReadOnlyList<Statement> ParseSource(string source)
    {
        try
        {
            return TemplateParser.Parse(source);
        }
        catch (Exception exception) when (exception is not ChatTemplateException)
        {
            throw Failure(exception, 0);
        }
    }

    /// <summary>Whatever a template makes go wrong is the template's failure: it is a file somebody supplied. Sorting wraps what a comparison throws.</summary>
    private static ChatTemplateException Failure(Exception exception, int line)
    {
        var cause = exception is InvalidOperationException { InnerException: { } inner } ? inner : exception;
        var message = cause switch
        {
            TemplateError error => error.Message,
            InsufficientExecutionStackException => "expressions, statements or values are nested too deep",
            _ => $"the template cannot be rendered: {cause.Message}",
        };
        var at = cause is TemplateError { Line: > 0 } located ? located.Line : line;
        return new ChatTemplateException(at > 0 ? $"{message} (chat template, line {at})" : message, exception);
    }
}
