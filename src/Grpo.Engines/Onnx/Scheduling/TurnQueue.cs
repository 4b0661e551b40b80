namespace Grpo.Engines.Onnx.Scheduling;

/// <summary>What waits, in one line per request. The requests take turns, so that a large one never keeps a small one waiting for its end.</summary>
internal sealed class TurnQueue<T>
    where T : class
{
    private readonly LinkedList<Line> _lines = [];
    private readonly Dictionary<object, LinkedListNode<Line>> _byRequest = [];

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _lines.Count == 0;

    /// <summary>Requests that wait.</summary>
    public int RequestCount => _lines.Count;

    /// <summary>Everything that waits.</summary>
    public IEnumerable<T> Items => _lines.SelectMany(line => line.Items);

    /// <summary>Puts an item at the end of its request's line; a new line goes behind the others.</summary>
    /// <param name="request">Items with the same one stand in the same line.</param>
    /// <param name="item">The item.</param>
    public void Add(object request, T item)
    {
        if (!_byRequest.TryGetValue(request, out var line))
        {
            line = _lines.AddLast(new Line(request));
            _byRequest.Add(request, line);
        }

        line.Value.Items.AddLast(item);
    }

    /// <summary>The first item of the line whose turn it is; lines whose first item may not go are passed over. Null when none may.</summary>
    public T? Peek(Predicate<T> mayGo)
    {
        foreach (var line in _lines)
        {
            var first = line.Items.First!.Value;
            if (mayGo(first)) return first;
        }

        return null;
    }

    /// <summary>Ends the turn of a request: its line goes behind the others.</summary>
    public void EndTurn(object request)
    {
        if (!_byRequest.TryGetValue(request, out var line) || line.Next is null) return;
        _lines.Remove(line);
        _lines.AddLast(line);
    }

    /// <summary>Removes an item; a line without items is gone.</summary>
    public void Remove(object request, T item)
    {
        if (!_byRequest.TryGetValue(request, out var line) || !line.Value.Items.Remove(item) || line.Value.Items.Count > 0) return;
        _lines.Remove(line);
        _byRequest.Remove(request);
    }

    private sealed record Line(object Request)
    {
        public LinkedList<T> Items { get; } = [];
    }
}
