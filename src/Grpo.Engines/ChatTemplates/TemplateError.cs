namespace Grpo.Engines.ChatTemplates;

/// <summary>A template could not be parsed or rendered. It gets its line, and becomes a ChatTemplateException, where it leaves the interpreter.</summary>
internal sealed class TemplateError(string message, int line = 0) : Exception(message)
{
    /// <summary>Line of the template, from 1; 0 where only the caller knows it.</summary>
    public int Line { get; } = line;
}
