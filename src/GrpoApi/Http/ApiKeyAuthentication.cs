using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace GrpoApi.Http;

/// <summary>Who may call: with keys configured, those who present one as <c>X-Api-Key</c> or <c>Authorization: Bearer</c>; without, this machine only.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string HeaderName = "X-Api-Key";
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var caller = keys.Any ? Presented() is { } key ? keys.IdOf(key) : null : "local";
        return Task.FromResult(caller is null ? AuthenticateResult.NoResult() : AuthenticateResult.Success(Ticket(caller)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Bearer.TrimEnd();
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static AuthenticationTicket Ticket(string caller) =>
        new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, caller)], SchemeName)), SchemeName);

    private string? Presented()
    {
        if (Request.Headers[HeaderName].ToString() is { Length: > 0 } key) return key;
        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
    }
}

/// <summary>Keys, and what holds without them.</summary>
public static class ApiKeyServices
{
    /// <summary>Registers authentication, and refuses at start to listen beyond this machine without a key.</summary>
    public static IServiceCollection AddApiKeys(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeys>().AddAuthorization()
            .AddAuthentication(ApiKeyAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null);
        services.AddOptions<KestrelServerOptions>().Configure<ApiKeys>(static (kestrel, keys) => kestrel.ConfigureEndpointDefaults(endpoint => GuardLoopback(endpoint, keys)));
        return services;
    }

    internal static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["api_key"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeyAuthentication.HeaderName,
            Description = "Needed only when keys are configured (Auth:Keys). Authorization: Bearer KEY means the same.",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("api_key", document)] = [] }, []];
        return Task.CompletedTask;
    }

    /// <summary>Runs for every address before it is bound, however it was configured.</summary>
    private static void GuardLoopback(ListenOptions endpoint, ApiKeys keys)
    {
        if (!keys.Any && endpoint.IPEndPoint is { } address && !IPAddress.IsLoopback(address.Address))
        {
            throw new InvalidOperationException(
                $"Refusing to listen on {address}: it can be reached from other machines and no API key is configured. Set Auth:Keys (environment: Auth__Keys), or listen on 127.0.0.1.");
        }
    }
}
