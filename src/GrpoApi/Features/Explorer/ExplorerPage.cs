using System.IO.Compression;
using System.Net.Mime;
using GrpoApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace GrpoApi.Features.Explorer;

/// <summary>The page at <c>/explorer</c>: static files, to which the API's own operations give the numbers.</summary>
public static class ExplorerPage
{
    private const string Path = "/explorer";

    /// <summary>Everything comes from this service: no inline script or style, no other host.</summary>
    private const string ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    /// <summary>Registers the compression of the page's files; the API's answers are not concerned.</summary>
    public static IServiceCollection AddExplorer(this IServiceCollection services) => services
        .Configure<GzipCompressionProviderOptions>(static options => options.Level = CompressionLevel.Optimal)
        .Configure<BrotliCompressionProviderOptions>(static options => options.Level = CompressionLevel.Optimal)
        .AddResponseCompression(static options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = [MediaTypeNames.Text.Html, MediaTypeNames.Text.Css, MediaTypeNames.Text.JavaScript, MediaTypeNames.Image.Svg];
        });

    /// <summary>Maps the page and its files, and the root, which redirects to it.</summary>
    public static void MapExplorer(this WebApplication app)
    {
        app.MapGet("/", static () => TypedResults.LocalRedirect("~" + Path)).ExcludeFromDescription();

        // Beside the application, not in the content root, which is the working directory of whoever starts it.
        var folder = System.IO.Path.Combine(TopLevelSettings.Folder, "wwwroot", "explorer");
        if (!Directory.Exists(folder)) return;
        var files = new PhysicalFileProvider(folder);
        app.UseWhen(static context => context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal), branch =>
        {
            branch.UseResponseCompression();
            branch.UseStaticFiles(new StaticFileOptions { FileProvider = files, RequestPath = Path, OnPrepareResponse = Secure });
        });
        app.MapGet(Path, (HttpContext context) => SendPage(context, files)).ExcludeFromDescription();
    }

    /// <summary>The page's addresses are relative to <c>/explorer</c>, so that it works below any path of a proxy; a slash at the end would change them.</summary>
    private static Results<PhysicalFileHttpResult, RedirectHttpResult> SendPage(HttpContext context, PhysicalFileProvider files)
    {
        if (context.Request.Path.Value!.EndsWith('/')) return TypedResults.LocalRedirect("~" + Path);
        Secure(new StaticFileResponseContext(context, files.GetFileInfo("index.html")));
        return TypedResults.PhysicalFile(System.IO.Path.Combine(files.Root, "index.html"), MediaTypeNames.Text.Html + "; charset=utf-8");
    }

    /// <summary>A browser asks again each time, and is answered 304 while nothing changed: page and files always fit together.</summary>
    private static void Secure(StaticFileResponseContext response)
    {
        var headers = response.Context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
    }
}
