using System.Text.RegularExpressions;

namespace Grpo.Jobs.Datasets;

/// <summary>Names of uploaded datasets.</summary>
public static partial class DatasetNames
{
    /// <summary>What holds of every name.</summary>
    public const string Rule = "Must have 1 to 128 letters, digits, dots, hyphens or underscores.";

    /// <summary>Whether it can be a name.</summary>
    public static bool IsValid(string name) => Name().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,128}\z", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
