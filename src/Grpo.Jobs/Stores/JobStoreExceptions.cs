namespace Grpo.Jobs.Stores;

/// <summary>The idempotency key belongs to another request.</summary>
public sealed class IdempotencyConflictException(string key) : Exception($"The Idempotency-Key '{key}' was used for a request with another body.");

/// <summary>The store cannot be used now: locked, full, restarting, unreachable. What was stored before is still there.</summary>
public sealed class JobStoreException(string message, Exception inner) : Exception(message, inner);
