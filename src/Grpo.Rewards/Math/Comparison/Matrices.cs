namespace Grpo.Rewards.Math.Comparison;

/// <summary>Sums, products and powers of matrices, written out.</summary>
internal static class Matrices
{
    private const int MostCells = 256;
    private const int LargestPower = 8;

    /// <summary>The matrix that an expression of matrices makes; anything else unchanged.</summary>
    public static Expr Evaluate(Expr expr) => expr is Expr.Operation operation && Holds(operation) && Of(operation) is { } matrix ? matrix : expr;

    private static bool Holds(Expr expr) => expr switch
    {
        Expr.Compound { Open: 'm' } => true,
        Expr.Operation operation => Holds(operation.Left) || Holds(operation.Right),
        _ => false,
    };

    private static Expr? Of(Expr expr)
    {
        if (expr is not Expr.Operation(var op, var left, var right) || !Holds(expr))
            return expr;
        if (op == '^')
            return Of(left) is Expr.Compound { Open: 'm' } @base ? Power(@base, right) : null;
        return (op, Of(left), Of(right)) switch
        {
            ('+' or '-', Expr.Compound { Open: 'm' } a, Expr.Compound { Open: 'm' } b) => Sum(op, a, b),
            ('-', Expr.Number { Value.Sign: 0 }, Expr.Compound { Open: 'm' } b) => Scaled(new Expr.Number(-1), b),
            ('*', Expr.Compound { Open: 'm' } a, Expr.Compound { Open: 'm' } b) => Product(a, b),
            ('*', { } scalar and not Expr.Compound, Expr.Compound { Open: 'm' } b) => Scaled(scalar, b),
            ('*', Expr.Compound { Open: 'm' } a, { } scalar and not Expr.Compound) => Scaled(scalar, a),
            ('/', Expr.Compound { Open: 'm' } a, { } scalar and not Expr.Compound) => Scaled(new Expr.Operation('/', new Expr.Number(1), scalar), a),
            _ => null,
        };
    }

    private static Expr? Power(Expr.Compound matrix, Expr exponent)
    {
        if (exponent is Expr.Symbol { Name: "T" or "t" or "top" or "intercal" })
            return Columns(matrix) is { } columns ? Rows(columns) : null;
        if (exponent is not Expr.Number { Value.IsInteger: true } count || count.Value < 1 || count.Value > LargestPower)
            return null;
        Expr? power = matrix;
        for (var i = 1; i < (int)count.Value.Numerator && power is Expr.Compound so; i++)
            power = Product(so, matrix);
        return power;
    }

    private static Expr.Compound? Sum(char op, Expr.Compound a, Expr.Compound b)
    {
        if (Cells(a) is not { } x || Cells(b) is not { } y || x.Length != y.Length || x[0].Count != y[0].Count)
            return null;
        return Rows([.. x.Zip(y, (left, right) => left.Zip(right, (p, q) => (Expr)new Expr.Operation(op, p, q)).ToArray())]);
    }

    private static Expr.Compound? Scaled(Expr scalar, Expr.Compound matrix) =>
        Cells(matrix) is { } cells ? Rows([.. cells.Select(row => row.Select(cell => (Expr)new Expr.Operation('*', scalar, cell)).ToArray())]) : null;

    private static Expr.Compound? Product(Expr.Compound a, Expr.Compound b)
    {
        if (Cells(a) is not { } rows || Columns(b) is not { } columns || rows[0].Count != columns[0].Length)
            return null;
        MathWork.Charge(rows.Length * columns.Length * rows[0].Count);
        return Rows([.. rows.Select(row => columns.Select(column => row.Zip(column, (x, y) => (Expr)new Expr.Operation('*', x, y)).Aggregate((sum, term) => new Expr.Operation('+', sum, term))).ToArray())]);
    }

    private static IReadOnlyList<Expr>[]? Cells(Expr.Compound matrix)
    {
        var rows = matrix.Items.Select(row => row is Expr.Compound { Open: 'm' } cells ? cells.Items : []).ToArray();
        return rows.Length > 0 && rows[0].Count > 0 && rows.Length * rows[0].Count <= MostCells && rows.All(row => row.Count == rows[0].Count) ? rows : null;
    }

    private static Expr[][]? Columns(Expr.Compound matrix) =>
        Cells(matrix) is { } rows ? [.. Enumerable.Range(0, rows[0].Count).Select(column => rows.Select(row => row[column]).ToArray())] : null;

    private static Expr.Compound Rows(Expr[][] rows) => new('m', [.. rows.Select(row => new Expr.Compound('m', row, 'm'))], 'm');
}
