using Microsoft.Net.Http.Headers;

namespace GrpoApi.Http.Tensors;

/// <summary>The media type of tensors, and who wants it.</summary>
internal static class SafetensorsMedia
{
    /// <summary>The media type.</summary>
    public const string Type = "application/vnd.safetensors";

    /// <summary>The media type of everything else.</summary>
    public const string Json = "application/json";

    /// <summary>Whether the body of a request holds tensors.</summary>
    public static bool IsSent(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(Type, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the answer shall hold tensors: Accept names them, with a quality not below that of JSON. A wildcard means JSON.</summary>
    public static bool IsAccepted(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        return Quality(accept, Type) is { } tensors and > 0 && tensors >= (Quality(accept, Json) ?? 0);
    }

    private static double? Quality(IEnumerable<MediaTypeHeaderValue> accept, string type) =>
        accept.FirstOrDefault(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } range ? range.Quality ?? 1 : null;
}
