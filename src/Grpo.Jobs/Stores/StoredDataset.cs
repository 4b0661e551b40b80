namespace Grpo.Jobs.Stores;

/// <summary>A stored dataset. Equal content is stored once.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Hash">SHA-256 of its rows.</param>
/// <param name="Rows">How many there are.</param>
public sealed record StoredDataset(string Id, string Hash, int Rows);

/// <summary>An uploaded dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dataset">What it names.</param>
public sealed record NamedDataset(string Name, StoredDataset Dataset);
