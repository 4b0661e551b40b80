using System.Collections;
using Grpo.Rewards.Math;

namespace Grpo.Rewards.Accuracy.Schemas;

/// <summary>One answer being checked. Each schema that holds others meets each value once; what it found is remembered.</summary>
/// <param name="tracksSeen">Whether a schema of the document asks which children others have looked at.</param>
/// <param name="start">The resource of the document's root.</param>
internal sealed class SchemaRun(bool tracksSeen, SchemaResource start)
{
    private readonly Dictionary<(int Schema, int Value, SchemaScope Scope), (Violation? Violation, BitArray? Seen)> _known = [];
    private SchemaScope _scope = new(null, start);
    private int _depth;
    private int _steps;

    /// <summary>The schema that a dynamic reference means here: the outermost resource with that anchor has the say.</summary>
    public SchemaNode Dynamic(string anchor, SchemaNode otherwise) => _scope.Outermost(anchor) ?? otherwise;

    /// <summary>Spends steps before they are taken.</summary>
    /// <exception cref="MathBudgetException">There are not so many left.</exception>
    public void Charge(int steps)
    {
        if (steps > SchemaBudget.Steps - _steps)
            throw new MathBudgetException($"the check needs more than {SchemaBudget.Steps} steps");
        _steps += steps;
    }

    /// <summary>The text of a value by which it is compared; long ones cost steps.</summary>
    public string Canonical(JsonInstance value)
    {
        var text = value.Canonical;
        Charge(1 + (text.Length / 16));
        return text;
    }

    /// <summary>Checks a value against a schema.</summary>
    /// <param name="node">The schema.</param>
    /// <param name="value">The value.</param>
    /// <param name="seen">Where to add the children that the schema has looked at; they count only when the value fits.</param>
    public Violation? Check(SchemaNode node, JsonInstance value, BitArray? seen = null)
    {
        Charge(1);
        if (!node.HasInner)
            return Apply(node, value).Violation; // not worth remembering
        var outer = _scope;
        _scope = outer.Enter(node.Resource);
        if (!_known.TryGetValue((node.Id, value.Id, _scope), out var outcome))
            _known[(node.Id, value.Id, _scope)] = outcome = Apply(node, value);
        _scope = outer;
        if (outcome is { Violation: null, Seen: { } children })
            seen?.Or(children);
        return outcome.Violation;
    }

    private (Violation? Violation, BitArray? Seen) Apply(SchemaNode node, JsonInstance value)
    {
        if (++_depth > SchemaBudget.Depth)
            throw new MathBudgetException($"schemas are nested more than {SchemaBudget.Depth} deep in the answer");
        Charge(node.Rules.Count);
        BitArray? seen = null;
        if (tracksSeen && node.HasInner && value.Children.Length > 0)
        {
            Charge(1 + (value.Children.Length / 32));
            seen = new(value.Children.Length);
        }
        Violation? violation = null;
        for (var i = 0; i < node.Rules.Count && violation is null; i++)
            violation = node.Rules[i](value, this, seen);
        _depth--;
        return (violation, seen);
    }
}

/// <summary>The resources that the check has come through, outermost first, each once: what dynamic references depend on.</summary>
internal sealed class SchemaScope(SchemaScope? outer, SchemaResource resource)
{
    private readonly SchemaScope? _outer = outer;
    private readonly SchemaResource _resource = resource;
    private Dictionary<SchemaResource, SchemaScope>? _inner;

    /// <summary>The scope inside a resource; the same object for the same way there.</summary>
    public SchemaScope Enter(SchemaResource next)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (ReferenceEquals(scope._resource, next))
                return this;
        }
        _inner ??= [];
        if (!_inner.TryGetValue(next, out var inner))
            _inner[next] = inner = new(this, next);
        return inner;
    }

    /// <summary>The schema of that dynamic anchor in the outermost resource that has one.</summary>
    public SchemaNode? Outermost(string anchor)
    {
        SchemaNode? found = null;
        for (var scope = this; scope is not null; scope = scope._outer)
            found = scope._resource.DynamicAnchors.GetValueOrDefault(anchor) ?? found;
        return found;
    }
}
