using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;

namespace SecureFL.Aggregation;

/// <summary>
/// Refuses a packed chunk with a residue that is not below its prime before it is stored: found while summing, it would be too late to leave the
/// client out. Adds the chunk to a scratch sum of one chunk, whose addition checks first. Not thread-safe.
/// </summary>
internal sealed class ChunkValidator : IDisposable
{
    private readonly ContributionAccumulator _scratch;

    public ChunkValidator(AggregationPlan plan)
    {
        AggregationParameters p = plan.Parameters;
        _scratch = new ContributionAccumulator(
            new AggregationParameters(p.Ckks, p.Layout, floatLength: 1, integerLength: 0, p.Bits, p.Clip, p.MaxClients, p.JointKey));
    }

    public void Require(ContributionChunk chunk)
    {
        try
        {
            _scratch.Add(0, chunk.Packed.Span);
        }
        catch (CiphertextFormatException refusal)
        {
            throw new ProtocolViolationException(
                ViolationCode.MalformedCiphertext, Party.Client(chunk.Client), $"chunk {chunk.Index}, {refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }

    public void Dispose() => _scratch.Dispose();
}
