using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Local;

/// <summary>
/// The summed ciphertexts of one round on their way from the server to a client of the same process: in memory, or in a
/// file that is gone with this object where they are large. Not thread-safe.
/// </summary>
internal sealed class SpooledCiphertexts : ISummedCiphertextSink, IDisposable
{
    private const long MostInMemory = 1L << 29;
    private readonly Stream? _stream;

    public SpooledCiphertexts(AggregationPlan plan, CertificateProposal proposal)
    {
        if (plan.Limits.Sizes.LinearDigestBytes > 0)
        {
            long bytes = plan.Parameters.ChunkCount
                * proposal.Groups.Sum(group => (long)SummedChunkPacking.OpenedBytes(plan.Parameters, group.Length));
            _stream = bytes <= MostInMemory ? new MemoryStream((int)bytes)
                : new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None,
                    bufferSize: 0, FileOptions.DeleteOnClose);
        }
    }

    /// <inheritdoc/>
    public void Accept(ReadOnlySpan<byte> packed) => _stream?.Write(packed);

    /// <summary>Opens the sum once more, as a client does that does not trust the server.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">It is not what the server opened.</exception>
    public void Verify(AggregationClient client, AggregationServer server, AggregationResult result)
    {
        if (_stream is not null)
        {
            _stream.Position = 0;
            client.VerifySum(server.Round.Head, server.CreateEvidence(server.Advance(result)), _stream, new Nobody());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    // The version's digest covers the sums: that they are the same is checked with it.
    private sealed class Nobody : ISumSink
    {
        public void Accept(int group, long firstElement, ReadOnlySpan<long> sums)
        {
        }

        public void Discard(int group)
        {
        }
    }
}
