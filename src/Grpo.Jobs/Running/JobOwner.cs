using System.Diagnostics;

namespace Grpo.Jobs.Running;

/// <summary>The name under which a process holds leases: machine, process, when it started, and which runner of it.</summary>
internal static class JobOwner
{
    /// <summary>A new name.</summary>
    public static string New() => $"{Environment.MachineName}|{Environment.ProcessId}|{Started(Process.GetCurrentProcess())}|{Guid.NewGuid():N}";

    /// <summary>Whether the owner was a process of this machine that no longer runs.</summary>
    public static bool IsGone(string owner)
    {
        if (owner.Split('|') is not [var machine, var id, var started, _] || machine != Environment.MachineName || !int.TryParse(id, out var process)) return false;
        try
        {
            using var found = Process.GetProcessById(process);
            return Started(found) != started;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static string Started(Process process) => process.StartTime.ToUniversalTime().ToString("yyyyMMddHHmmss");
}
