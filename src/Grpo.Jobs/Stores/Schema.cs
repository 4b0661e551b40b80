namespace Grpo.Jobs.Stores;

/// <summary>The tables, in the SQL that both stores understand. A change appends a migration; none is ever edited.</summary>
internal static class Schema
{
    /// <summary>The migrations in their order; the version of a database is how many of them it has.</summary>
    /// <param name="sequence">Type of a growing number that is the key of a row.</param>
    public static IReadOnlyList<string> Migrations(string sequence) =>
    [
        $"""
        CREATE TABLE datasets (id TEXT PRIMARY KEY, hash TEXT UNIQUE, row_count BIGINT NOT NULL, created_at BIGINT NOT NULL);
        CREATE TABLE dataset_rows (dataset_id TEXT NOT NULL, row_index BIGINT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (dataset_id, row_index));
        CREATE TABLE dataset_names (name TEXT PRIMARY KEY, dataset_id TEXT NOT NULL);
        CREATE TABLE jobs (
          sequence {sequence}, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT, status TEXT NOT NULL, policy TEXT NOT NULL, spec TEXT NOT NULL,
          dataset_id TEXT NOT NULL, prompts BIGINT NOT NULL, samples_per_prompt BIGINT NOT NULL, chunk_prompts BIGINT NOT NULL,
          done BIGINT NOT NULL, errored BIGINT NOT NULL, revision BIGINT NOT NULL,
          created_at BIGINT NOT NULL, started_at BIGINT, finished_at BIGINT, last_claimed BIGINT NOT NULL, finisher TEXT, finish_lease BIGINT NOT NULL,
          error TEXT, report TEXT, idempotency_key TEXT, request_hash TEXT NOT NULL, UNIQUE (kind, idempotency_key));
        CREATE INDEX jobs_by_status ON jobs (status, last_claimed);
        CREATE TABLE chunks (job_id TEXT NOT NULL, chunk_index BIGINT NOT NULL, owner TEXT, lease_until BIGINT NOT NULL, PRIMARY KEY (job_id, chunk_index));
        CREATE TABLE results (
          job_id TEXT NOT NULL, prompt_index BIGINT NOT NULL, sample_index BIGINT NOT NULL, prompt TEXT, completion TEXT NOT NULL, finish_reason TEXT NOT NULL,
          token_count BIGINT NOT NULL, policy_version BIGINT NOT NULL, reward DOUBLE PRECISION, scores TEXT NOT NULL, error TEXT,
          PRIMARY KEY (job_id, prompt_index, sample_index));
        """,

        // What grows with the dataset is kept apart from what is read again and again.
        """
        ALTER TABLE jobs ADD COLUMN summary TEXT;
        ALTER TABLE jobs ADD COLUMN baseline TEXT;
        """,
    ];
}
