namespace Grpo.Rollouts;

/// <summary>The policy's queue is full; the caller may try again after <see cref="RetryAfter"/>.</summary>
public sealed class PolicyBusyException(string message, TimeSpan retryAfter) : Exception(message)
{
    /// <summary>When it is worth trying again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>What is asked for would collide with what is there.</summary>
public sealed class PolicyConflictException(string message) : Exception(message);

/// <summary>No policy of that name is loaded.</summary>
public sealed class PolicyNotFoundException(string name) : Exception($"No policy is named '{name}'.")
{
    /// <summary>The name asked for.</summary>
    public string Name { get; } = name;
}

/// <summary>The policy cannot answer now: it is loading, or its engine failed.</summary>
public sealed class PolicyUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A chat template refused what it was given; the message says why.</summary>
public sealed class ChatTemplateException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A model folder cannot be loaded; the message names the file, input or field and what is supported.</summary>
public sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
