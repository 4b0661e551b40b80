using System.Collections.Frozen;
using System.Numerics;
using Grpo.Engines.ChatTemplates.Evaluation;
using Grpo.Engines.ChatTemplates.Evaluation.Expressions;
using Grpo.Engines.ChatTemplates.Values;

namespace Grpo.Engines.ChatTemplates.Builtins;

/// <summary>The tests by name, what stands after <c>is</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Builtin> All = Builtin.Table(Kinds(), Values(), Comparisons());

    /// <summary>A test.</summary>
    /// <exception cref="TemplateError">There is none of that name.</exception>
    public static Builtin Get(string name) => All.GetValueOrDefault(name) ?? throw new TemplateError($"No test named '{name}'.");

    private static IEnumerable<Builtin> Kinds() =>
    [
        Of("defined", value => value is not Undefined),
        Of("undefined", value => value is Undefined),
        Of("none", value => value is None),
        Of("boolean", value => value is bool),
        Of("true", value => value is true),
        Of("false", value => value is false),
        Of("integer", value => value is BigInteger),
        Of("float", value => value is double),
        Of("number", Number.Is),
        Of("string", value => value is string or Markup),
        Of("mapping", value => value is PyDict),
        Of("iterable", value => Sequence.TryIterate(value) is not null),
        Of("sequence", value => value is string or Markup or PyList or PyTuple or PyDict or PyRange or Undefined),
        Of("callable", value => value is ICallable or Undefined),
        Of("escaped", value => value is Markup),
        Of("filter", value => value is string name && Filters.Exist(name)),
        Of("test", value => value is string name && All!.ContainsKey(name)),
    ];

    private static IEnumerable<Builtin> Values() =>
    [
        Of("lower", value => Cased(Repr.Text(value), char.IsLower, char.IsUpper)),
        Of("upper", value => Cased(Repr.Text(value), char.IsUpper, char.IsLower)),
        new("odd", "", (state, value, _) => PyEquality.Same(BinaryOperator.Apply(state, "%", value, new BigInteger(2)), BigInteger.One)),
        new("even", "", (state, value, _) => PyEquality.Same(BinaryOperator.Apply(state, "%", value, new BigInteger(2)), BigInteger.Zero)),
        new("divisibleby", "num", (state, value, args) => PyEquality.Same(BinaryOperator.Apply(state, "%", value, args[0]!), BigInteger.Zero)),
    ];

    private static IEnumerable<Builtin> Comparisons()
    {
        (string Sign, string[] Names)[] comparisons =
        [
            ("==", ["==", "eq", "equalto"]), ("!=", ["!=", "ne"]), ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]),
            (">", [">", "gt", "greaterthan"]), (">=", [">=", "ge"]), ("in", ["in"]),
        ];
        return comparisons
            .SelectMany(comparison => comparison.Names, (comparison, name) => new Builtin(name, "other", (_, value, args) => Comparison.Holds(comparison.Sign, value, args[0]!)))
            .Append(new Builtin("sameas", "other", (_, value, args) => Identical(value, args[0]!)));
    }

    private static Builtin Of(string name, Func<object, bool> holds) => new(name, "", (_, value, _) => holds(value));

    /// <summary>Python's <c>is</c>: constants and small values are one object each, everything else only itself.</summary>
    private static bool Identical(object left, object right) =>
        ReferenceEquals(left, right) || (left is bool or BigInteger or string && left.GetType() == right.GetType() && left.Equals(right));

    private static bool Cased(string text, Func<char, bool> has, Func<char, bool> hasNot) => text.Any(has) && !text.Any(hasNot);
}
