using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace GrpoApi.Http;

/// <summary>Finds a null among the elements of a list that may have none: the serializer respects the annotations of properties, not those of elements.</summary>
internal static class NullElements
{
    private static readonly ConcurrentDictionary<Type, (string Name, PropertyInfo Property, NullabilityInfo Nullability)[]> Properties = new();

    /// <summary>The JSON path of the first such null, or null.</summary>
    public static string? FirstPath(object? request) => request is null ? null : InProperties(request)?.TrimStart('.');

    private static string? InProperties(object owner)
    {
        foreach (var (name, property, nullability) in Properties.GetOrAdd(owner.GetType(), Find))
        {
            if (property.GetValue(owner) is { } value && Within(value, nullability) is { } found) return $".{name}{found}";
        }

        return null;
    }

    /// <summary>The rest of the path, from the value on.</summary>
    private static string? Within(object value, NullabilityInfo nullability)
    {
        if (value is IDictionary map) return nullability.GenericTypeArguments is [_, { Type.IsValueType: false } entry] ? InEntries(map, entry) : null;
        if (value is IList list) return (nullability.ElementType ?? nullability.GenericTypeArguments.FirstOrDefault()) is { Type.IsValueType: false } element ? InElements(list, element) : null;
        return value.GetType().Assembly == typeof(NullElements).Assembly ? InProperties(value) : null;
    }

    private static string? InElements(IList list, NullabilityInfo element)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (InElement(list[i], element) is { } found) return $"[{i}]{found}";
        }

        return null;
    }

    private static string? InEntries(IDictionary map, NullabilityInfo entry)
    {
        foreach (DictionaryEntry pair in map)
        {
            if (InElement(pair.Value, entry) is { } found) return $".{pair.Key}{found}";
        }

        return null;
    }

    private static string? InElement(object? value, NullabilityInfo nullability) =>
        value is not null ? Within(value, nullability) : nullability.ReadState == NullabilityState.NotNull ? "" : null;

    private static (string, PropertyInfo, NullabilityInfo)[] Find(Type type)
    {
        // One context per type: a context is not safe for several threads.
        var context = new NullabilityInfoContext();
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property is { CanWrite: true, PropertyType.IsValueType: false })
            .Select(property => (JsonConventions.NameOf(property.Name), property, context.Create(property)))];
    }
}
