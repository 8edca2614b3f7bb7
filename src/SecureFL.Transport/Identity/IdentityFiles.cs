using SecureFL.Messages.Identity;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;

namespace SecureFL.Transport.Identity;

/// <summary><c>identity.json</c>: the public half of a party.</summary>
internal sealed record IdentityDocument
{
    public const string FormatName = "securefl-identity";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;

    public int Version { get; init; } = CurrentVersion;

    public required string Consortium { get; init; }

    public required string Role { get; init; }

    public required string Name { get; init; }

    public required byte[] SigningKey { get; init; }
}

/// <summary>
/// <c>request.json</c>: what a party sends to the consortium's certificate authority, and to whoever writes the plan.
/// </summary>
internal sealed record RequestDocument
{
    public const string FormatName = "securefl-request";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;

    public int Version { get; init; } = CurrentVersion;

    public required string Consortium { get; init; }

    public required string Role { get; init; }

    public required string Name { get; init; }

    /// <summary>The protocol's public key, 65 bytes.</summary>
    public required byte[] SigningKey { get; init; }

    /// <summary>PKCS #10, DER, signed by the TLS key.</summary>
    public required byte[] CertificateRequest { get; init; }

    /// <summary>The signing key's signature over the certificate request.</summary>
    public required byte[] Signature { get; init; }
}

/// <summary><c>issued.json</c>: what comes back.</summary>
internal sealed record IssuedDocument
{
    public const string FormatName = "securefl-issued";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>The party's certificate, PEM.</summary>
    public required string Certificate { get; init; }

    /// <summary>The authority's certificate, PEM.</summary>
    public required string Authority { get; init; }

    /// <summary>The revocation list, PEM.</summary>
    public string? RevocationList { get; init; }
}

/// <summary>Names of the files in a party's folder.</summary>
internal static class IdentityFolder
{
    public const string Document = "identity.json";
    public const string Request = "request.json";
    public const string CertificateRequest = "tls.csr";
    public const string SigningKey = "signing.key";
    public const string TlsKey = "tls.key";
    public const string Certificate = "tls.crt";
    public const string Authority = "ca.crt";
    public const string RevocationList = "ca.crl";

    /// <summary>Longest JSON document of this folder.</summary>
    public const int MaxBytes = 1 << 20;

    internal static VerificationKey ParseKey(byte[] point, string source)
    {
        try
        {
            return VerificationKey.Parse(point, Party.Peer);
        }
        catch (ProtocolViolationException fault)
        {
            throw new FormatException($"{source}: {FaultText.Of(fault)}", fault);
        }
    }

    internal static PeerIdentity ParsePeer(string consortium, string role, string name, string source)
    {
        try
        {
            return new PeerIdentity(consortium,
                PeerRoles.Parse(role) ?? throw new FormatException($"{source}: there is no role {role}"), name);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"{source}: {FaultText.Of(fault)}", fault);
        }
    }

    internal static void RequireFormat(string found, string due, string source)
    {
        if (found != due)
        {
            throw new FormatException($"{source} is a {found}, due is a {due}");
        }
    }
}
