using System.Runtime.CompilerServices;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>One rendering: its clock, the line it is at, and what it has used up.</summary>
internal sealed class RenderState(TimeProvider time)
{
    private long _steps;
    private int _depth;

    /// <summary>Clock of strftime_now.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>The line being evaluated, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Counts the evaluation of one node.</summary>
    /// <exception cref="TemplateError">The rendering used up its steps.</exception>
    /// <exception cref="InsufficientExecutionStackException">The template nests too deep.</exception>
    public void Step(int line)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Line = line;
        Charge(1);
    }

    /// <summary>Counts a value that was made: what it holds is work and memory.</summary>
    /// <exception cref="TemplateError">It is too large, or the rendering used up its steps.</exception>
    public object Made(object value)
    {
        switch (value)
        {
            case string text: Room(text.Length); break;
            case Markup markup: Room(markup.Text.Length); break;
            case PyList list: Charge(list.Items.Count); break;
            case PyView view: Charge(view.Items.Count); break;
            case PyDict dict: Charge(dict.Count); break;
        }

        return value;
    }

    /// <summary>Asks for room before a text of that many characters is made.</summary>
    /// <exception cref="TemplateError">It would be too large, or the rendering used up its steps.</exception>
    public void Room(long size)
    {
        if (size > TemplateLimits.Characters) throw TextTooLong();
        Charge(size / TemplateLimits.CharactersPerStep);
    }

    /// <summary>Goes one call deeper.</summary>
    /// <exception cref="TemplateError">That is too deep.</exception>
    public void Enter()
    {
        if (++_depth > TemplateLimits.CallDepth) throw new TemplateError($"calls are nested more than {TemplateLimits.CallDepth} deep");
    }

    /// <summary>Comes back from a call.</summary>
    public void Leave() => _depth--;

    /// <summary>The error of a text beyond the limit.</summary>
    public static TemplateError TextTooLong() => new($"a text is longer than {TemplateLimits.Characters} characters");

    /// <summary>Counts steps.</summary>
    /// <exception cref="TemplateError">The rendering used up its steps.</exception>
    public void Charge(long steps)
    {
        _steps += steps;
        if (_steps > TemplateLimits.Steps) throw new TemplateError($"the rendering takes more than {TemplateLimits.Steps} evaluation steps");
    }
}
