using System.Numerics;

namespace Grpo.Engines.ChatTemplates.Values;

/// <summary>Names of types as Python's messages say them.</summary>
internal static class TypeName
{
    /// <summary>The name of a value's type.</summary>
    public static string Of(object value) => value switch
    {
        None => "NoneType",
        bool => "bool",
        BigInteger => "int",
        double => "float",
        string => "str",
        Markup => "Markup",
        PyList => "list",
        PyTuple => "tuple",
        PyDict => "dict",
        PyView view => $"dict_{view.Kind}",
        PyRange => "range",
        PyGenerator => "generator",
        PyNamespace => "Namespace",
        Undefined => "Undefined",
        _ => "function",
    };
}
