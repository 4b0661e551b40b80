namespace GrpoApi.Http;

/// <summary>The kinds of problem this service answers, each described in docs/problems.md.</summary>
internal static class ProblemCatalog
{
    /// <summary>What every <c>type</c> begins with.</summary>
    public const string TypePrefix = "urn:grpoapi:problem:";

    public const string Validation = TypePrefix + "validation";
    public const string MalformedJson = TypePrefix + "malformed-json";
    public const string MalformedTensors = TypePrefix + "malformed-safetensors";
    public const string PolicyNotFound = TypePrefix + "policy-not-found";
    public const string PolicyBusy = TypePrefix + "policy-busy";
    public const string PolicyUnavailable = TypePrefix + "policy-unavailable";
    public const string JobNotFound = TypePrefix + "job-not-found";
    public const string DatasetNotFound = TypePrefix + "dataset-not-found";
    public const string JobState = TypePrefix + "job-state";
    public const string IdempotencyConflict = TypePrefix + "idempotency-conflict";
    public const string JobStoreUnavailable = TypePrefix + "job-store-unavailable";
    public const string WeightsRefused = TypePrefix + "weights-refused";
    public const string ChatTemplate = TypePrefix + "chat-template";

    /// <summary>The general problem of an HTTP status: its type and its title.</summary>
    public static (string Type, string Title) Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => (TypePrefix + "bad-request", "The request is not valid."),
        StatusCodes.Status401Unauthorized => (TypePrefix + "unauthorized", "An API key is needed."),
        StatusCodes.Status403Forbidden => (TypePrefix + "forbidden", "The API key does not allow this."),
        StatusCodes.Status404NotFound => (TypePrefix + "not-found", "There is nothing here."),
        StatusCodes.Status405MethodNotAllowed => (TypePrefix + "method-not-allowed", "The method is not allowed here."),
        StatusCodes.Status408RequestTimeout => (TypePrefix + "request-timeout", "The request body came too slowly."),
        StatusCodes.Status409Conflict => (TypePrefix + "conflict", "The request conflicts with the present state."),
        StatusCodes.Status413PayloadTooLarge => (TypePrefix + "body-too-large", "The request body is too large."),
        StatusCodes.Status415UnsupportedMediaType => (TypePrefix + "unsupported-media-type", "The content type is not supported."),
        StatusCodes.Status429TooManyRequests => (TypePrefix + "too-many-requests", "Too many requests."),
        StatusCodes.Status503ServiceUnavailable => (PolicyUnavailable, "The policy cannot answer now."),
        _ => status >= 500 ? (TypePrefix + "internal", "The server failed.") : (TypePrefix + "http-" + status, "The request was refused."),
    };
}
