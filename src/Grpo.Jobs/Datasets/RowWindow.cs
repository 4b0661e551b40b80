using Grpo.Jobs.Stores;

namespace Grpo.Jobs.Datasets;

/// <summary>Reads the rows of a job in order, some ahead.</summary>
internal sealed class RowWindow(IJobStore store, Job job)
{
    private const int Ahead = 500;
    private IReadOnlyList<string> _rows = [];
    private int _first;

    public async Task<string> AtAsync(int index, CancellationToken cancellationToken)
    {
        if (index < _first || index >= _first + _rows.Count) (_first, _rows) = (index, await store.ReadRowsAsync(job.DatasetId, index, Ahead, cancellationToken));
        return _rows[index - _first];
    }
}
