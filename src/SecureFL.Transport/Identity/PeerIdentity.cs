using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Messages.Text;

namespace SecureFL.Transport.Identity;

/// <summary>
/// Who a party is: consortium, role and name, as the certificate's one subject alternative name
/// <c>securefl://consortium/role/name</c> says. Says nothing about whether the certificate is to be trusted. Immutable
/// and thread-safe.
/// </summary>
public sealed record PeerIdentity
{
    /// <summary>Longest name, in UTF-8 bytes: that of enrolled parties.</summary>
    public const int MaxNameBytes = 64;

    /// <summary>Longest name of a consortium.</summary>
    public const int MaxConsortiumLength = 63;

    private const string Scheme = "securefl://";

    /// <summary>A party.</summary>
    /// <exception cref="ArgumentException">A name that no certificate can carry.</exception>
    public PeerIdentity(string consortium, PeerRole role, string name)
    {
        if (!IsConsortium(consortium))
        {
            throw new ArgumentException(
                $"a consortium's name has 1 to {MaxConsortiumLength} of a-z, 0-9, point and hyphen, not '{consortium}'",
                nameof(consortium));
        }

        if (!IsName(name))
        {
            throw new ArgumentException(
                $"the party's name {PrintableText.Name(name ?? "")} {PrintableText.FaultOf(name, MaxNameBytes)}");
        }

        if (!Enum.IsDefined(role))
        {
            throw new ArgumentOutOfRangeException(nameof(role), role, "no such role");
        }

        Consortium = consortium;
        Role = role;
        Name = name;
    }

    /// <summary>The consortium.</summary>
    public string Consortium { get; }

    /// <summary>The role.</summary>
    public PeerRole Role { get; }

    /// <summary>The name, which plans enrol.</summary>
    public string Name { get; }

    /// <summary>The subject alternative name.</summary>
    public string Uri => $"{Scheme}{Consortium}/{PeerRoles.NameOf(Role)}/{System.Uri.EscapeDataString(Name)}";

    /// <summary>The identity that a certificate states; null where it states none, or more than one.</summary>
    public static PeerIdentity? Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        string[] stated = [.. UrisOf(certificate.Extensions)
            .Where(uri => uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))];
        return stated.Length == 1 ? Parse(stated[0]) : null;
    }

    /// <summary>
    /// The identity that a subject alternative name states, null where it is none in its one canonical spelling.
    /// </summary>
    public static PeerIdentity? Parse(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        string[] parts = uri.StartsWith(Scheme, StringComparison.Ordinal) && uri.Length <= 1024
            ? uri[Scheme.Length..].Split('/') : [];
        if (parts.Length != 3 || PeerRoles.Parse(parts[1]) is not PeerRole role || !IsConsortium(parts[0]))
        {
            return null;
        }

        string name = System.Uri.UnescapeDataString(parts[2]);
        return IsName(name) && new PeerIdentity(parts[0], role, name) is { } identity && identity.Uri == uri
            ? identity : null;
    }

    /// <summary>For example <c>key-holder ethics-board</c>.</summary>
    public override string ToString() => $"{PeerRoles.NameOf(Role)} {Name}";

    /// <summary>All URIs among the subject alternative names of certificate or request extensions.</summary>
    internal static IReadOnlyList<string> UrisOf(IEnumerable<X509Extension> extensions)
    {
        const string SubjectAlternativeName = "2.5.29.17";
        Asn1Tag uriTag = new(TagClass.ContextSpecific, 6);
        List<string> uris = [];
        foreach (X509Extension extension in
            extensions.Where(extension => extension.Oid?.Value == SubjectAlternativeName))
        {
            try
            {
                AsnReader names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (names.PeekTag() == uriTag)
                    {
                        uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, uriTag));
                    }
                    else
                    {
                        names.ReadEncodedValue();
                    }
                }
            }
            catch (Exception fault) when (fault is AsnContentException or CryptographicException)
            {
                return [];
            }
        }

        return uris;
    }

    internal static bool IsConsortium(string? text) =>
        text is { Length: >= 1 and <= MaxConsortiumLength }
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');

    internal static bool IsName(string? text) => PrintableText.FaultOf(text, MaxNameBytes) is null;
}
