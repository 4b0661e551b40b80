using System.ComponentModel.DataAnnotations;

namespace GrpoApi.Features.Jobs;

/// <summary>Where jobs are kept and how they are worked on (configuration section <c>Jobs</c>).</summary>
public sealed class JobsOptions
{
    /// <summary>The kind of store: <c>sqlite</c>, a file of this process, or <c>postgres</c>, shared by replicas.</summary>
    /// <value>The default value is sqlite.</value>
    [RegularExpression("sqlite|postgres")]
    public string Store { get; set; } = "sqlite";

    /// <summary>The connection string of the store.</summary>
    /// <value>The default value is a file in the working folder; PostgreSQL needs one.</value>
    [MinLength(1)]
    public string ConnectionString { get; set; } = "Data Source=grpo-jobs.db";

    /// <summary>How long work stays with a process that no longer answers.</summary>
    /// <value>Seconds. The default value is 15.</value>
    [Range(1, 3600)]
    public int LeaseSeconds { get; set; } = 15;

    /// <summary>How long jobs that are over are kept.</summary>
    /// <value>Days. The default value is 30.</value>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 30;

    /// <summary>Parts of jobs worked on at once; 0 leaves the work to other replicas.</summary>
    /// <value>Parts of 128 samples. The default value is 3.</value>
    [Range(0, 64)]
    public int Workers { get; set; } = 3;
}
