using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Memory;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Summation;

/// <summary>
/// An unreduced sum of polynomials as it comes from the server, chunk after chunk: a word that no such sum has is
/// refused at once, and all others are digested. Nobody may act on what was taken before the digest is compared. One
/// chunk in memory. Not thread-safe.
/// </summary>
internal sealed class DigestedSum : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly int _summands;
    private readonly string _name;
    private readonly LinearDigestBuilder _digest;
    private readonly AlignedBuffer<ulong> _words;
    private readonly byte[] _packed;

    /// <summary>Nothing has come yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="summands">How many polynomials were added up.</param>
    /// <param name="name">What the sum is, for refusals.</param>
    public DigestedSum(AggregationPlan plan, int summands, string name)
    {
        _plan = plan;
        _summands = summands;
        _name = name;
        _digest = LinearDigestBuilder.OfSum(plan.DigestKey!, plan.Parameters, summands);
        _words = new AlignedBuffer<ulong>(SummedChunkPacking.Words(plan.Parameters));
        _packed = new byte[SummedChunkPacking.Bytes(plan.Parameters, summands)];
    }

    /// <summary>The words of a chunk; valid until the next.</summary>
    /// <exception cref="ProtocolViolationException">Another length, or a word that is too large.</exception>
    public ReadOnlySpan<ulong> Take(long chunk, ReadOnlySpan<byte> packed)
    {
        if (packed.Length != _packed.Length)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server,
                $"{_name}, chunk {chunk}, {_packed.Length} bytes", $"{packed.Length} bytes");
        }

        try
        {
            SummedChunkPacking.Unpack(_plan.Parameters, _summands, packed, _words.Span);
        }
        catch (CiphertextFormatException refusal)
        {
            throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, Party.Server,
                $"{_name}, chunk {chunk}, {refusal.Field}: {refusal.Expected}", refusal.Received);
        }

        _digest.Append(chunk, _words.Span);
        return _words.Span;
    }

    /// <summary>The same, of the chunk that a stream is at.</summary>
    /// <exception cref="ProtocolViolationException">As <see cref="Take"/>, or the stream ends.</exception>
    public ReadOnlySpan<ulong> Read(long chunk, Stream ciphertexts)
    {
        int read = ciphertexts.ReadAtLeast(_packed, _packed.Length, throwOnEndOfStream: false);
        return read == _packed.Length ? Take(chunk, _packed)
            : throw new ProtocolViolationException(ViolationCode.Truncated, Party.Server,
                $"{_name}, chunk {chunk}, {_packed.Length} bytes", $"{read} bytes");
    }

    /// <summary>The digest of all chunks. Once.</summary>
    public LinearDigest Finish() => _digest.Complete();

    public void Dispose() => _digest.Dispose();
}
