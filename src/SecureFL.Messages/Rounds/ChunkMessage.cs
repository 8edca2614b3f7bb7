using System.Buffers.Binary;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// The encoded <see cref="ContributionChunk"/>s of one client and round, one after the other in the same memory, so
/// that sending a contribution takes the memory of one chunk. Not thread-safe.
/// </summary>
public sealed class ChunkMessage
{
    private readonly byte[] _bytes;

    /// <summary>Makes room for one message.</summary>
    public ChunkMessage(MessageLimits limits, RoundContext context, int client)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _bytes = new byte[ContributionChunk.PrefixBytes + limits.Sizes.ChunkBytes];
        new ContributionChunk(context, client, 0, default).Encode().CopyTo(_bytes, 0);
    }

    /// <summary>Where the next chunk's ciphertext goes, in the plan's wire form.</summary>
    public Span<byte> Packed => _bytes.AsSpan(ContributionChunk.PrefixBytes);

    /// <summary>The message, once its ciphertext is in place; valid until the next is written.</summary>
    /// <param name="index">The chunk's position, from 0.</param>
    public ReadOnlyMemory<byte> Encode(long index)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(ContributionChunk.PrefixBytes - sizeof(long)), index);
        return _bytes;
    }
}
