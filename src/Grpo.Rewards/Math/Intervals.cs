namespace Grpo.Rewards.Math;

/// <summary>Inequalities of one variable as intervals.</summary>
internal static class Intervals
{
    private static readonly Expr Infinity = new Expr.Symbol("infinity");
    private static readonly Expr MinusInfinity = new Expr.Operation('-', new Expr.Number(0), Infinity);

    /// <summary>
    /// The interval that a reference such as <c>0 &lt; x &lt; 1</c> or <c>x \ge 2</c> describes, when the answer is an interval; else the reference.
    /// Only the reference is turned: an answer that repeats the inequality of the question is none.
    /// </summary>
    public static Expr Of(Expr gold, Expr answer) => answer is Expr.Compound { Open: '(' or '[' } && gold is Expr.Relation relation && Read(relation) is { } interval ? interval : gold;

    private static Expr.Compound? Read(Expr.Relation relation) => relation switch
    {
        { Sides: [var low, Expr.Symbol, var high], Operators: [['<', ..] left, ['<', ..] right] } => Between(low, left, high, right),
        { Sides: [var high, Expr.Symbol, var low], Operators: [['>', ..] left, ['>', ..] right] } => Between(low, right, high, left),
        { Sides: [Expr.Symbol, var low], Operators: [['>', ..] op] } => Between(low, op, Infinity, "<"),
        { Sides: [Expr.Symbol, var high], Operators: [['<', ..] op] } => Between(MinusInfinity, "<", high, op),
        _ => null,
    };

    private static Expr.Compound Between(Expr low, string left, Expr high, string right) =>
        new(left.Length == 2 ? '[' : '(', [low, high], right.Length == 2 ? ']' : ')');
}
