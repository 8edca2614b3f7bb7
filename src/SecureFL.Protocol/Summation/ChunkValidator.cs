using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Protocol.Summation;

/// <summary>
/// Takes a chunk from its wire form to the packed one, which is hashed, stored and added, and refuses one with a
/// residue that is not below its prime before it is stored: found while summing, it would be too late to leave the
/// client out. A packed chunk is added to a scratch sum of one chunk, whose addition checks first; a SEAL object's
/// fields and residues are checked by its reader. Not thread-safe.
/// </summary>
internal sealed class ChunkValidator : IDisposable
{
    private readonly ContributionAccumulator _scratch;
    private readonly SealChunkCodec? _seal;
    private readonly byte[] _packed = [];

    public ChunkValidator(AggregationPlan plan)
    {
        AggregationParameters p = plan.Parameters;
        _scratch = new ContributionAccumulator(
            new AggregationParameters(p.Ckks, p.Layout, floatLength: 1, integerLength: 0, p.Bits, p.Clip, p.MaxClients,
                p.JointKey));
        if (p.TravelsAsSeal)
        {
            _seal = new SealChunkCodec(p);
            _packed = new byte[p.ChunkBytes];
        }
    }

    /// <summary>The packed form of a chunk as it travelled; valid until the next call.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.MalformedCiphertext"/>, naming the
    /// field.</exception>
    public ReadOnlySpan<byte> Read(ContributionChunk chunk)
    {
        if (_seal is null)
        {
            Require(chunk);
            return chunk.Packed.Span;
        }

        try
        {
            _seal.Pack(chunk.Packed.Span, _packed);
            return _packed;
        }
        catch (SealFormatException refusal)
        {
            throw new ProtocolViolationException(
                ViolationCode.MalformedCiphertext, Party.Client(chunk.Client),
                $"chunk {chunk.Index}, a SEAL ciphertext as the plan has it", refusal.Message);
        }
    }

    /// <summary>Checks a chunk in packed form.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.MalformedCiphertext"/>.</exception>
    public void Require(ContributionChunk chunk)
    {
        try
        {
            _scratch.Add(0, chunk.Packed.Span);
        }
        catch (CiphertextFormatException refusal)
        {
            throw new ProtocolViolationException(
                ViolationCode.MalformedCiphertext, Party.Client(chunk.Client),
                $"chunk {chunk.Index}, {refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }

    public void Dispose() => _scratch.Dispose();
}
