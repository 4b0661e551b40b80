namespace Grpo.Rollouts;

/// <summary>What happens to running sequences when a policy's weights are replaced.</summary>
public enum WeightUpdateMode
{
    /// <summary>They finish first; then the new version takes over. Requests that come meanwhile wait for it.</summary>
    Wait,

    /// <summary>They end where they are, with the finish reason cancelled.</summary>
    Abort,

    /// <summary>They finish on the old version, while new sequences already use the new one.</summary>
    InFlight,
}
