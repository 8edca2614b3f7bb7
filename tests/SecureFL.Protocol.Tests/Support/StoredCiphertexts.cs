using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>Ciphertexts and partial decryptions of all rounds, in memory, for audits.</summary>
internal sealed class StoredCiphertexts : ICiphertextSource
{
    private readonly Dictionary<(ulong, int, long), byte[]> _chunks = [];

    public Dictionary<(ulong, int, int, long), byte[]> Partials { get; } = [];

    public IContributionStore Round(ulong round) => new RoundStore(this, round);

    public bool TryRead(ulong round, int client, long chunk, Span<byte> packed) =>
        _chunks.TryGetValue((round, client, chunk), out byte[]? bytes) && bytes.AsSpan().TryCopyTo(packed);

    public bool TryReadPartial(ulong round, int holder, int group, long chunk, Span<byte> packed) =>
        Partials.TryGetValue((round, holder, group, chunk), out byte[]? bytes) && bytes.AsSpan().TryCopyTo(packed);

    private sealed class RoundStore(StoredCiphertexts stored, ulong round)
        : IContributionStore, IPartialDecryptionArchive
    {
        public void Write(int client, long chunk, ReadOnlySpan<byte> packed) =>
            stored._chunks[(round, client, chunk)] = packed.ToArray();

        public void Read(int client, long chunk, Span<byte> packed) =>
            stored._chunks[(round, client, chunk)].CopyTo(packed);

        public void Remove(int client)
        {
        }

        public void WritePartial(int holder, int group, long chunk, ReadOnlySpan<byte> packed) =>
            stored.Partials[(round, holder, group, chunk)] = packed.ToArray();
    }
}
