namespace Grpo.Rewards.Math.Algebra;

/// <summary>Determinants of small matrices, by expansion along the first row.</summary>
internal static class Determinant
{
    private const int LargestSize = 4;

    /// <summary>The determinant; null when the matrix is not square, larger than 4 x 4, or holds something else than numbers.</summary>
    public static Quotient? Of(Expr.Compound matrix)
    {
        var size = matrix.Items.Count;
        if (size > LargestSize)
            return null;
        var cells = new Quotient[size][];
        for (var i = 0; i < size; i++)
        {
            if (matrix.Items[i] is not Expr.Compound row || row.Items.Count != size)
                return null;
            var entries = row.Items.Select(NormalForm.Of).ToArray();
            if (entries.Contains(null))
                return null;
            cells[i] = entries!;
        }
        return Expand(cells);
    }

    private static Quotient Expand(Quotient[][] cells)
    {
        if (cells.Length == 1)
            return cells[0][0];
        var sum = Quotient.Of(0);
        for (var column = 0; column < cells.Length; column++)
        {
            var left = column;
            var minor = cells[1..].Select(row => row.Where((_, at) => at != left).ToArray()).ToArray();
            sum += cells[0][column] * Expand(minor) * Quotient.Of(column % 2 == 0 ? 1 : -1);
        }
        return sum;
    }
}
