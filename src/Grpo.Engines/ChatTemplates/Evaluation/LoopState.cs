using System.Numerics;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Evaluation;

/// <summary>The variable <c>loop</c>. Elements are taken one by one, one ahead when the template asks what follows.</summary>
/// <param name="values">The elements.</param>
/// <param name="depth">How many recursive loops are around this one.</param>
/// <param name="recurse">Renders the loop again over other elements, null in a loop that is not recursive.</param>
internal sealed class LoopState(IEnumerable<object> values, int depth, Func<object, int, string>? recurse) : IMembers, ICallable
{
    private readonly IEnumerator<object> _source = values.GetEnumerator();
    private readonly Queue<object> _ahead = new();
    private int _index = -1;
    private object? _previous;
    private object? _watched;

    /// <summary>Whether there was an element at all.</summary>
    public bool Started => _index >= 0;

    /// <summary>The element of this pass.</summary>
    public object Current { get; private set; } = None.Value;

    /// <summary>Goes to the next element; false after the last.</summary>
    public bool Advance()
    {
        if (!Peek()) return false;
        _previous = Started ? Current : null;
        Current = _ahead.Dequeue();
        _index++;
        return true;
    }

    /// <inheritdoc/>
    public object? Member(string member) => member switch
    {
        "index" => new BigInteger(_index + 1),
        "index0" => new BigInteger(_index),
        "first" => _index == 0,
        "last" => !Peek(),
        "length" => new BigInteger(Length()),
        "revindex" => new BigInteger(Length() - _index),
        "revindex0" => new BigInteger(Length() - _index - 1),
        "previtem" => _previous ?? new Undefined("there is no previous item"),
        "nextitem" => Peek() ? _ahead.Peek() : new Undefined("there is no next item"),
        "depth" => new BigInteger(depth + 1),
        "depth0" => new BigInteger(depth),
        "cycle" => new Callable(member, (_, arguments) => arguments.Positional.Count > 0
            ? arguments.Positional[_index % arguments.Positional.Count]!
            : throw new TemplateError("no items for cycling given")),
        "changed" => new Callable(member, (_, arguments) => Changed(new PyTuple([.. arguments.Positional!]))),
        _ => null,
    };

    /// <inheritdoc/>
    public object Call(RenderState state, Arguments arguments) => recurse is not null
        ? recurse(arguments[0] ?? throw new TemplateError("loop() takes the elements to go over"), depth + 1)
        : throw new TemplateError("The loop must have the 'recursive' marker to be called recursively.");

    private bool Changed(object value)
    {
        if (_watched is not null && PyEquality.Same(_watched, value)) return false;
        _watched = value;
        return true;
    }

    private int Length()
    {
        while (_source.MoveNext()) _ahead.Enqueue(_source.Current);
        return _index + 1 + _ahead.Count;
    }

    private bool Peek()
    {
        if (_ahead.Count > 0) return true;
        if (!_source.MoveNext()) return false;
        _ahead.Enqueue(_source.Current);
        return true;
    }
}
