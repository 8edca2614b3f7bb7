using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureFL.Messages.Primitives;

/// <summary>
/// SHA-256 with domain separation: H(domain, m) = SHA-256(u8 length of domain || domain || m). No domain is a prefix of
/// another one's framing, so a hash made for one purpose never stands for another. Instances hash a stream and are not
/// thread-safe.
/// </summary>
internal sealed class DomainHash : IDisposable
{
    private const string Prefix = "SecureFL/2/";
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public DomainHash(string domain) => _hash.AppendData(Frame(domain));

    public static Digest Of(string domain, ReadOnlySpan<byte> message)
    {
        using DomainHash hash = new(domain);
        hash.Append(message);
        return hash.Finish();
    }

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public void Append(Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Digest.Size];
        digest.CopyTo(bytes);
        _hash.AppendData(bytes);
    }

    public void Append(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        _hash.AppendData(bytes);
    }

    public Digest Finish()
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        _hash.GetHashAndReset(digest);
        return new Digest(digest);
    }

    public void Dispose() => _hash.Dispose();

    private static byte[] Frame(string domain)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(Prefix + domain);
        return [checked((byte)name.Length), .. name];
    }
}
