using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GrpoApi.Http;

/// <summary>How JSON is read and written, once for every endpoint.</summary>
public static class JsonConventions
{
    /// <summary>The conventions as options of their own, for code that reads or writes JSON outside a request.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Installs the conventions for request and response bodies. A body that cannot be read is an exception in every environment.</summary>
    public static IServiceCollection AddJsonConventions(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(options => Apply(options.SerializerOptions))
        .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);

    /// <summary>The name a C# property has in JSON.</summary>
    public static string NameOf(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;

        // Strict: a misspelt name, a number in a string or a name given twice must not pass silently.
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new FiniteDoubleConverter());
        options.Converters.Add(new FiniteSingleConverter());
        options.Converters.Add(new RealVectorConverter());
        options.Converters.Add(new JsonObjectConverter());

        // Answers are application/json and never embedded in HTML: <think> and Chinese stay readable.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    }
}
