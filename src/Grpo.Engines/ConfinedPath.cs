namespace Grpo.Engines;

/// <summary>Paths of requests stay below a configured root.</summary>
public static class ConfinedPath
{
    /// <summary>The absolute path of a file or folder below a root; null when it would leave the root, by <c>..</c>, as an absolute path, or through a link.</summary>
    /// <param name="root">The root, absolute or relative to the working directory.</param>
    /// <param name="path">The caller's path.</param>
    public static string? Resolve(string root, string path)
    {
        if (path.Length == 0 || Path.IsPathRooted(path) || path.Contains('\0')) return null;
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        var full = Path.GetFullPath(path, folder);
        return IsBelow(folder, full) && Links(folder, full).All(target => IsBelow(folder, target)) ? full : null;
    }

    private static bool IsBelow(string folder, string path) => path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Where the links on the way lead to.
    private static IEnumerable<string> Links(string folder, string path)
    {
        for (var part = path; part.Length > folder.Length; part = Path.GetDirectoryName(part)!)
        {
            FileSystemInfo info = Directory.Exists(part) ? new DirectoryInfo(part) : new FileInfo(part);
            if (info.LinkTarget is not null) yield return info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "";
        }
    }
}
