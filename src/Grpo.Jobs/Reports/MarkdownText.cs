namespace Grpo.Jobs.Reports;

/// <summary>Text of others in Markdown.</summary>
internal static class MarkdownText
{
    /// <summary>In one cell of a table: no markup, no line break.</summary>
    public static string Cell(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace("|", "\\|").Replace("`", "\\`").ReplaceLineEndings(" ");
}
