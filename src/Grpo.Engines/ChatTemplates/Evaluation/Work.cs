using System.Runtime.CompilerServices;

namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>Counts the work of comparing, hashing and iterating values against the rendering of this thread.</summary>
/// <remarks>
/// Comparers are called by collections, which have no rendering to hand them; a rendering stays on one thread, so the thread has it.
/// Outside of a rendering nothing is counted.
/// </remarks>
internal static class Work
{
    [ThreadStatic]
    private static RenderState? _rendering;

    /// <summary>Makes a rendering the one of this thread, or none.</summary>
    public static void Of(RenderState? rendering) => _rendering = rendering;

    /// <summary>Counts steps, and sees that there is stack left for values inside values.</summary>
    /// <exception cref="TemplateError">The rendering used up its steps.</exception>
    /// <exception cref="InsufficientExecutionStackException">The values nest too deep.</exception>
    public static void Step(long steps = 1)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _rendering?.Charge(steps);
    }

    /// <summary>Counts characters or elements that are read.</summary>
    /// <exception cref="TemplateError">The rendering used up its steps.</exception>
    public static void Read(long size) => _rendering?.Charge(size / TemplateLimits.CharactersPerStep);

    /// <summary>Counts a search, which may compare the sought text at every place.</summary>
    /// <exception cref="TemplateError">The rendering used up its steps.</exception>
    public static void Search(string text, string sought) => Read(text.Length * (1 + (sought.Length / 1024L)));
}
