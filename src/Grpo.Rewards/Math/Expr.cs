namespace Grpo.Rewards.Math;

/// <summary>An expression as it was read, before any simplification.</summary>
public abstract record Expr
{
    private Expr() { }

    /// <summary>An exact number, and how many decimals it was written with.</summary>
    public sealed record Number(BigRational Value, int Decimals = 0) : Expr;

    /// <summary>A variable or constant: <c>x</c>, <c>x_1</c>, <c>pi</c>, <c>infinity</c>.</summary>
    public sealed record Symbol(string Name) : Expr;

    /// <summary>Words inside mathematics, such as <c>\text{even}</c>, in lower case.</summary>
    public sealed record Words(string Value) : Expr;

    /// <summary>Two operands of <c>+ - * / ^</c>.</summary>
    public sealed record Operation(char Operator, Expr Left, Expr Right) : Expr;

    /// <summary>A named function: <c>sqrt</c>, <c>sin</c>, <c>factorial</c>, <c>percent</c>, ...</summary>
    public sealed record Function(string Name, IReadOnlyList<Expr> Arguments) : Expr;

    /// <summary>Several expressions: a tuple or interval <c>( )</c> <c>[ ]</c>, a set <c>{ }</c>, a plain list <c>,</c>, a union <c>u</c>, a ratio <c>:</c>, the rows of a matrix <c>m</c>, the pairs of a case distinction <c>c</c>.</summary>
    public sealed record Compound(char Open, IReadOnlyList<Expr> Items, char Close) : Expr;

    /// <summary>A chain such as <c>a = b</c> or <c>0 &lt; x &lt; 1</c>: one operator between each two sides.</summary>
    public sealed record Relation(IReadOnlyList<Expr> Sides, IReadOnlyList<string> Operators) : Expr;
}
