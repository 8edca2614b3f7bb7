using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Elements;
using SecureFL.Threshold.Fields;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Threshold.Reconstruction;

/// <summary>
/// Opens the sum of the one-time keys of one group from the holders' answers: t interpolate it; m &gt; t detect every
/// contradiction, correct up to floor((m - t) / 2) liars and name them. Deterministic: the same answers give the same
/// result, whoever replays them. Not thread-safe.
/// </summary>
public sealed class KeyReconstruction
{
    // A correctable set of answers is given up with a probability below (32 / p)^8 < 2^-207.
    private const int MaxAttempts = 8;

    private readonly OneTimeKeySharing _sharing;
    private readonly SortedDictionary<int, uint[]> _answers = [];

    /// <summary>A reconstruction without answers yet.</summary>
    public KeyReconstruction(OneTimeKeySharing sharing)
    {
        ArgumentNullException.ThrowIfNull(sharing);
        _sharing = sharing;
    }

    private static ReadOnlySpan<byte> Domain => "SecureFL key reconstruction weights v1"u8;

    /// <summary>Takes the answer of a holder (1..H); a malformed one is refused and counts as none.</summary>
    /// <exception cref="ThresholdViolationException">The answer is malformed: this holder broke the
    /// protocol.</exception>
    /// <exception cref="ArgumentException">No such holder, or a second answer of it.</exception>
    public void AddAnswer(int holder, ReadOnlySpan<byte> answer)
    {
        _sharing.Scheme.CheckHolder(holder);
        if (_answers.ContainsKey(holder))
        {
            throw new ArgumentException($"holder {holder} has answered before", nameof(holder));
        }

        uint[] words = new uint[_sharing.Coefficients];
        WordPacking.Unpack(answer, words, "answer");
        _answers.Add(holder, words);
    }

    /// <summary>Opens the sum from the answers so far; more may be added afterwards.</summary>
    /// <param name="bound">The largest |S_k| of honest clients: 80 for each client of the group.</param>
    public KeyReconstructionResult Reconstruct(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bound);
        int threshold = _sharing.Scheme.Threshold;
        if (_answers.Count < threshold)
        {
            return new KeyReconstructionResult(ReconstructionOutcome.TooFewAnswers, _answers.Count, threshold);
        }

        int[] holders = [.. _answers.Keys];
        uint[] points = [.. holders.Select(holder => (uint)holder)];
        uint[][] rows = [.. _answers.Values];
        using Keystream stream = WeightStream(holders, rows);
        InterleavedDecoder<Mersenne31> decoder =
            new(threshold, weights => UniformWords.Fill(stream, weights), MaxAttempts);
        int[]? wrong = decoder.LocateLiars(points, rows);
        if (wrong is null)
        {
            int correctable = (rows.Length - threshold) / 2;
            return new KeyReconstructionResult(ReconstructionOutcome.Inconsistent, rows.Length,
                threshold + (2 * (correctable + 1)));
        }

        int[] honest = [.. Enumerable.Range(0, rows.Length).Except(wrong)];
        int[] sum = InterpolateAtZero(points, rows, honest.AsSpan(0, threshold));
        int beyond = sum.Count(coefficient => Math.Abs((long)coefficient) > bound);
        return new KeyReconstructionResult(
            beyond == 0 ? ReconstructionOutcome.Opened : ReconstructionOutcome.OutOfBound, rows.Length, threshold)
        {
            Liars = [.. wrong.Select(row => holders[row])],
            Redundancy = honest.Length - threshold,
            KeySum = beyond == 0 ? ImmutableCollectionsMarshal.AsImmutableArray(sum) : [],
            CoefficientsOutOfBound = beyond,
        };
    }

    private static int[] InterpolateAtZero(uint[] points, uint[][] rows, ReadOnlySpan<int> chosen)
    {
        uint[] chosenPoints = new uint[chosen.Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            chosenPoints[i] = points[chosen[i]];
        }

        uint[] weights = LagrangeInterpolation<Mersenne31>.WeightsAtZero(chosenPoints);
        uint[] sums = new uint[rows[0].Length];
        for (int i = 0; i < chosen.Length; i++)
        {
            MersenneVectors.MultiplyAdd(rows[chosen[i]], weights[i], sums, sums);
        }

        return Array.ConvertAll(sums, MersenneField.ToCentered);
    }

    /// <summary>
    /// The stream of the combinations' weights, keyed by a hash of every answer: a liar cannot choose its lie for them,
    /// and would have to hash 2^31 sets of answers for each combination that is to overlook it.
    /// </summary>
    private static Keystream WeightStream(int[] holders, uint[][] rows)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Domain);
        for (int j = 0; j < rows.Length; j++)
        {
            hash.AppendData([(byte)holders[j]]);
            byte[] packed = new byte[WordPacking.PackedBytes(rows[j].Length)];
            WordPacking.Pack(rows[j], packed);
            hash.AppendData(packed);
        }

        return new Keystream(hash.GetHashAndReset());
    }
}
