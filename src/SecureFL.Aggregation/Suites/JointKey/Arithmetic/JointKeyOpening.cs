using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;

namespace SecureFL.Aggregation;

/// <summary>Opens chunks, see <see cref="JointKeyOpener"/>.</summary>
internal sealed class JointKeyOpening(AggregationParameters parameters) : IJointKeyOpener
{
    private readonly JointKeyOpener _opener = new(parameters);
    private readonly byte[] _sum = new byte[parameters.ChunkBytes];

    public bool InsideLanes => _opener.InsideLanes;

    public double NoiseVariance => _opener.NoiseVariance;

    /// <summary>
    /// The variance of n_max ciphertexts and t smudging noises, times 1 + 16 sqrt(2/C) over C coefficients: honest noise, a sum of bounded uniforms, is beyond it with
    /// probability below 2^-100 for C of 1024 and more; noise uniform over Delta has at least 85 times that variance.
    /// </summary>
    public double LargestVariance
    {
        get
        {
            double deviation = parameters.JointKey!.OpeningDeviation;
            return deviation * deviation * (1 + (16 * Math.Sqrt(2.0 / parameters.CoefficientsPerOpening)));
        }
    }

    public void BeginChunk(long chunk, ReadOnlySpan<byte> summedFirst)
    {
        summedFirst.CopyTo(_sum);
        _opener.BeginChunk(chunk, _sum);
    }

    public void AddPartial(ReadOnlySpan<byte> partial)
    {
        try
        {
            _opener.AddPartialDecryption(partial);
        }
        catch (CiphertextFormatException refusal)
        {
            throw new CiphertextRefusal($"{refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }

    public void FinishChunk(Span<long> sums) => _opener.FinishChunk(sums);

    public void Dispose() => _opener.Dispose();
}
