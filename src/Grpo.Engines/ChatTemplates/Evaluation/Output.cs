using System.Text;

namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>Where text is written: the rendering, or what a macro or block captures.</summary>
internal sealed class Output(RenderState state)
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends text.</summary>
    /// <exception cref="TemplateError">The output grows beyond the limit.</exception>
    public void Write(string text)
    {
        if (_text.Length + text.Length > TemplateLimits.Characters) throw RenderState.TextTooLong();
        state.Room(text.Length);
        _text.Append(text);
    }

    /// <summary>What was written.</summary>
    public override string ToString() => _text.ToString();
}
