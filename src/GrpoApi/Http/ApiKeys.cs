using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace GrpoApi.Http;

/// <summary>The keys that callers may present (<c>Auth:Keys</c>), kept as SHA-256 hashes. Each is a key as it is, or <c>sha256:</c> and its hash in hexadecimal.</summary>
internal sealed class ApiKeys
{
    private const string HashPrefix = "sha256:";
    private readonly byte[][] _hashes;

    /// <summary>Reads the keys.</summary>
    /// <exception cref="OptionsValidationException">A hash is not 64 hexadecimal digits.</exception>
    public ApiKeys(IConfiguration configuration) => _hashes = [.. configuration.ReadList("Auth:Keys").Select(Hash)];

    /// <summary>Whether any key is configured; without one, everybody on this machine may call.</summary>
    public bool Any => _hashes.Length > 0;

    /// <summary>A name for the key that is not the key; null for one that is not configured.</summary>
    public string? IdOf(string presented)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(presented));
        byte[]? found = null;
        foreach (var known in _hashes)
        {
            // Every key is compared in full, so that the time taken says nothing about them.
            if (CryptographicOperations.FixedTimeEquals(hash, known)) found = known;
        }

        return found is null ? null : "key-" + Convert.ToHexStringLower(found.AsSpan(0, 4));
    }

    private static byte[] Hash(string configured)
    {
        if (!configured.StartsWith(HashPrefix, StringComparison.Ordinal)) return SHA256.HashData(Encoding.UTF8.GetBytes(configured));
        var digits = configured[HashPrefix.Length..];
        return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : throw new OptionsValidationException("Auth:Keys", typeof(ApiKeys), [$"An entry of Auth:Keys begins with {HashPrefix} but is not followed by 64 hexadecimal digits."]);
    }
}
