using System.Collections.Immutable;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Simulation;

/// <summary>
/// How contributions of one shape lie in the integers of a plan: the quantised update, then the counters' digits. The
/// same for encrypted sums and their plaintext reference. Immutable and thread-safe.
/// </summary>
internal sealed class SumLayout
{
    private readonly Rounding _rounding;

    public SumLayout(SecureSumRequest request, EncryptedSumOptions options)
    {
        _rounding = options.Rounding;
        Floats = request.Contributions[0].Update.Length;
        Counters = request.Counters;
        Parameters = AggregationPlanner.Plan(new PlanningRequest(
            Floats, options.Bits, options.Clip, options.Sites, Counters.ElementCount(options.Bits), options.KeyHolders,
            SuiteTable.Find(options.Suite) is { HasJointKey: true }
                ? new JointKeyRequest(options.KeyHolders, options.Threshold, options.RoundsPerKey, Wire: options.Wire)
                : null));
    }

    public int Floats { get; }

    public CounterLayout Counters { get; }

    public AggregationParameters Parameters { get; }

    public int Length => checked((int)Parameters.VectorLength);

    /// <summary>
    /// Adds to <paramref name="sums"/> the integers that the contribution carries: those that its client encrypts.
    /// </summary>
    public void AddIntegers(SecureSumRequest request, SiteContribution contribution, Span<long> sums)
    {
        int[] integers = new int[Length];
        Quantised(request, contribution).CopyTo(integers, 0);
        Counters.Split(contribution.Counters, Parameters.Bits, integers.AsSpan(Floats));
        for (int i = 0; i < integers.Length; i++)
        {
            sums[i] += integers[i];
        }
    }

    /// <summary>The integers of the contribution's update.</summary>
    public int[] Quantised(SecureSumRequest request, SiteContribution contribution) =>
        QuantizedVector.Of(Parameters, contribution.Update, _rounding, request.RoundingSeedOf(contribution));

    /// <summary>Reads opened integers: real sums and counters.</summary>
    public SecureSumResult Read(ReadOnlySpan<long> sums, IEnumerable<string> contributors)
    {
        ImmutableArray<string> names = [.. contributors];
        float[] values = new float[Floats];
        double step = Parameters.Step;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(sums[i] * step);
        }

        return new SecureSumResult
        {
            Sum = values,
            Counters = Counters.Combine(sums[Floats..], Parameters.Bits, names.Length),
            Contributors = names,
            QuantisedSum = sums[..Floats].ToArray(),
        };
    }
}
