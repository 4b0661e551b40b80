namespace Grpo.Rewards.Math.Comparison;

/// <summary>Takes the values out of <c>x = 5</c> where the other side is a value.</summary>
internal static class Assignments
{
    /// <summary>Both answers, with the sides that carry the value where only one of them is a relation.</summary>
    public static (Expr Gold, Expr Prediction) Unwrap(Expr gold, Expr prediction, MathPolicy policy)
    {
        var (a, b) = (Tidy(gold), Tidy(prediction));
        if (!policy.UnwrapAssignment)
            return (a, b);
        return (a, b) switch
        {
            (Expr.Relation left, Expr.Relation right) => Relations(left, right),
            (Expr.Relation relation, Expr.Compound { Open: ',' } list) when HasRelation(list) => Assigned(relation) is var value && value != relation ? (value, Values(list)) : (relation, list),
            (not (Expr.Compound or Expr.Relation), Expr.Compound { Open: ',' } list) when HasRelation(list) => (a, Values(list)),
            (Expr.Relation relation, var value) => (Assigned(relation), value),
            (Expr.Compound { Open: ',' or '{' } list, Expr.Relation relation) => LastSide(relation) is var last && HasRelation(list) ? (last == relation ? (list, relation) : (Values(list), last)) : (list, last),
            (var value, Expr.Relation relation) => (value, LastSide(relation)),
            (Expr.Compound left, Expr.Compound right) when HasRelation(left) != HasRelation(right) => (Values(left), Values(right)),
            (Expr.Compound left, Expr.Compound right) when HasRelation(left) && FunctionsOf(left) is { } head && FunctionsOf(right) == head => (Values(left), Values(right)),
            _ => (a, b),
        };
    }

    /// <summary>One form for what is written in several: without approximations, <c>x = 1, 2</c> as <c>1, 2</c>, <c>p = 1, q = 2, p = 3, q = 4</c> as two tuples.</summary>
    private static Expr Tidy(Expr expr) => WithoutApproximation(expr) switch
    {
        Expr.Compound { Open: ',', Items.Count: > 1 } list when list.Items[0] is Expr.Relation { Operators: ["="] or ["in"], Sides: [var name, var first] } && IsName(name) && list.Items.Skip(1).All(other => other is not Expr.Relation) =>
            list with { Items = [first, .. list.Items.Skip(1)] },
        Expr.Compound { Open: ',' } list when Period(list.Items) is > 0 and var size => list with { Items = [.. list.Items.Chunk(size).Select(chunk => new Expr.Compound('(', chunk, ')'))] },
        var other => other,
    };

    /// <summary>After how many items the assigned names begin again; 0 when they do not.</summary>
    private static int Period(IReadOnlyList<Expr> items)
    {
        if (items.Count < 4 || items[0] is not Expr.Relation { Operators: ["="], Sides: [Expr.Symbol first, _] })
            return 0;
        var size = 1;
        while (size < items.Count && !(items[size] is Expr.Relation { Sides: [Expr.Symbol again, _] } && again.Name == first.Name))
            size++;
        if (size == 1 || items.Count % size != 0 || size == items.Count)
            return 0;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not Expr.Relation { Operators: ["="], Sides: [Expr.Symbol name, _] } || items[i % size] is not Expr.Relation { Sides: [Expr.Symbol model, _] } || name.Name != model.Name)
                return 0;
        }
        return size;
    }

    private static (Expr Gold, Expr Prediction) Relations(Expr.Relation a, Expr.Relation b)
    {
        if (b.Operators is ["in"])
            return (Assigned(a), Assigned(b));
        if (SameName(a, b))
            return (a.Sides[^1], b.Sides[^1]);
        // f(x) = x^2 and f(t) = t^2 define the same function.
        if (FunctionOf(a) is var (name, variable) && FunctionOf(b) is var (otherName, otherVariable) && name == otherName && variable != otherVariable)
            return (a.Sides[1], Substitution.Replace(b.Sides[1], otherVariable, new Expr.Symbol(variable)));
        return (a, b);
    }

    /// <summary><c>1/3 \approx 0.33</c> is 1/3.</summary>
    private static Expr WithoutApproximation(Expr expr)
    {
        if (expr is not Expr.Relation { Operators: var operators, Sides: var sides } || IndexOf(operators, "~") is not (>= 0 and var at))
            return expr;
        // x \approx 0.33 says what x is.
        if (at == 0 && IsName(sides[0]))
            return new Expr.Relation(sides, [.. operators.Select(op => op == "~" ? "=" : op)]);
        return at == 0 ? sides[0] : new Expr.Relation([.. sides.Take(at + 1)], [.. operators.Take(at)]);
    }

    private static int IndexOf(IReadOnlyList<string> operators, string op)
    {
        for (var i = 0; i < operators.Count; i++)
        {
            if (operators[i] == op)
                return i;
        }
        return -1;
    }

    /// <summary>A chain of equalities stands for its last side: <c>m + n = 10 + 5 = 15</c> is 15; <c>5 = x</c> is 5.</summary>
    private static Expr LastSide(Expr.Relation chain)
    {
        if (Assigned(chain) is var value && value != chain)
            return value;
        // An equation to be solved, 2x + 3 = 7, has no side that is its value.
        return AllEqual(chain) && IsDerivation(chain) ? chain.Sides[^1] : chain;
    }

    private static bool IsDerivation(Expr.Relation chain)
    {
        for (var i = 0; i < chain.Sides.Count - 1; i++)
        {
            if (!IsName(chain.Sides[i], sums: true) && !IsConstant(chain.Sides[i]) && chain.Sides[i] is not Expr.Function { Name: "limit" or "integral" or "derivative" or "sum" or "prod" or "binom" })
                return false;
        }
        return true;
    }

    private static bool IsConstant(Expr expr)
    {
        List<string> variables = [];
        Structure.Variables(expr, variables);
        return variables.Count == 0;
    }

    private static Expr Assigned(Expr.Relation relation) => relation switch
    {
        { Sides: [var name, var value], Operators: ["="] or ["in"] } when IsName(name) => value,
        { Sides: [var value, var name], Operators: ["="] } when name is Expr.Symbol || (IsName(name) && IsConstant(value)) => value,
        _ => relation,
    };

    /// <summary>Two chains that begin with the same name, <c>z = 1 + 1 = 2</c> and <c>z = 2</c>.</summary>
    private static bool SameName(Expr.Relation a, Expr.Relation b) =>
        AllEqual(a) && AllEqual(b) && a.Sides.Count + b.Sides.Count > 4 && a.Sides[0] is Expr.Symbol name && b.Sides[0] is Expr.Symbol other && name == other;

    private static bool AllEqual(Expr.Relation relation)
    {
        foreach (var op in relation.Operators)
        {
            if (op != "=")
                return false;
        }
        return true;
    }

    private static bool HasRelation(Expr.Compound compound) => compound.Items.Any(item => item is Expr.Relation || (item is Expr.Compound { Open: '(' } inner && HasRelation(inner)));

    private static Expr.Compound Values(Expr.Compound list) =>
        list with { Items = [.. list.Items.Select(item => item switch { Expr.Relation relation => LastSide(relation), Expr.Compound { Open: '(' } inner when HasRelation(inner) => Values(inner), _ => item })] };

    /// <summary>The name f and the variable x of <c>f(x) = …</c>.</summary>
    private static (string Name, string Variable)? FunctionOf(Expr expr) =>
        expr is Expr.Relation { Operators: ["="], Sides: [Expr.Operation('*', Expr.Symbol function, Expr.Symbol variable), _] } ? (function.Name, variable.Name) : null;

    /// <summary>The one function whose values all relations of a list give.</summary>
    private static string? FunctionsOf(Expr.Compound list) =>
        list.Items.Select(item => FunctionOf(item)?.Name).Distinct().ToList() is [{ } only] ? only : null;

    /// <summary>An expression of variables alone: <c>x</c>, <c>f(x)</c>, <c>|AB|</c>, <c>(p, q)</c>, <c>A : B</c>, <c>\frac{dy}{dx}</c>.</summary>
    private static bool IsName(Expr expr, bool sums = false) => expr switch
    {
        Expr.Symbol { Name: not ("pi" or "infinity" or "e" or "i") } => true,
        Expr.Operation('^', var left, Expr.Operation('-', Expr.Number { Value.Sign: 0 }, Expr.Number)) => IsName(left),
        Expr.Operation('*', var left, var right) => IsName(left, sums) && (IsName(right, sums) || right is Expr.Number || (right is Expr.Compound { Open: '(' } arguments && IsName(arguments))),
        Expr.Operation operation => sums && IsName(operation.Left, sums) && IsName(operation.Right, sums),
        Expr.Function { Name: "abs" or "norm", Arguments: [var inside] } => IsName(inside),
        Expr.Function { Name: "derivative", Arguments: [Expr.Symbol, ..] } => true,
        // \cos A, P(X = 1), n(A \cup B)
        Expr.Function { Name: "sin" or "cos" or "tan" or "cot", Arguments: [Expr.Symbol] } => true,
        Expr.Relation { Operators: ["="], Sides: [Expr.Symbol, Expr.Number or Expr.Symbol] } => true,
        Expr.Function { Name: "cap" or "setminus" } sets => sets.Arguments.All(set => IsName(set)),
        Expr.Compound { Items.Count: > 0 } compound => compound.Items.All(item => IsName(item)),
        _ => false,
    };
}
