using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpo.Bench.Losses;

/// <summary>
/// What HTTP alone costs: the same web server reads a body to its end into pooled memory, answers the first <c>?answer=</c> bytes of it, and computes nothing.
/// </summary>
public static class EchoServer
{
    /// <summary>Serves until the process is killed.</summary>
    public static Task RunAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        app.MapPost("/echo", EchoAsync);
        app.MapGet("/health/ready", () => "ready");
        return app.RunAsync();
    }

    private static async Task EchoAsync(HttpContext http)
    {
        var length = (int)http.Request.ContentLength!.Value;
        var body = ArrayPool<byte>.Shared.Rent(length);
        await http.Request.Body.ReadExactlyAsync(body.AsMemory(0, length));
        var answer = int.Parse(http.Request.Query["answer"]!, System.Globalization.CultureInfo.InvariantCulture);
        http.Response.ContentLength = answer;
        await http.Response.Body.WriteAsync(body.AsMemory(0, answer));
        ArrayPool<byte>.Shared.Return(body);
    }
}
