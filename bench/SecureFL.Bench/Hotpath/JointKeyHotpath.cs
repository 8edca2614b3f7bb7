using System.Numerics.Tensors;
using SecureFL.Bench.Measurement;
using SecureFL.Messages.Primitives;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The joint-key arm, 5 holders of which 3 decrypt, 1000 rounds a key: clients encrypt under the joint public key, four
/// at a time are added, three holders decrypt partially, the sum is opened and compared with the integer sum.
/// </summary>
internal sealed class JointKeyHotpath
{
    private static readonly JointKeyRequest Key = new(KeyHolders: 5, Threshold: 3, RoundsPerKey: 1000);

    private readonly AggregationParameters _parameters;
    private readonly int _clients;
    private readonly int _threads;
    private readonly LaneVectors _vectors;
    private readonly LaneTimes _times = new();
    private readonly Samples _partial = new();
    private readonly LaneUploads _uploads;
    private readonly float[] _floatSum;

    internal JointKeyHotpath(int parameters, int clients, int bits, int threads)
    {
        _parameters = AggregationPlanner.Plan(new PlanningRequest(parameters, bits, Clip: 1f, clients, JointKey: Key));
        _clients = clients;
        _threads = threads;
        _vectors = new LaneVectors(_parameters);
        _uploads = new LaneUploads(_parameters);
        _floatSum = new float[parameters];
    }

    internal HotpathArm Run(Action<string> progress)
    {
        _uploads.Touch();
        Array.Fill(_floatSum, 0f);
        using JointKeyParties parties = new(_parameters);
        WarmUp(parties);
        using ContributionAccumulator accumulator = new(_parameters);
        for (int first = 0; first < _clients; first += LaneUploads.Batch)
        {
            int count = Math.Min(LaneUploads.Batch, _clients - first);
            for (int i = 0; i < count; i++)
            {
                _vectors.Load(first + i);
                _times.Encrypt.Time(_threads, _parameters.VectorLength, () => Encrypt(parties, first + i, i));
                _vectors.Expect(first + i);
                _times.FloatAdd.Time(_threads, _parameters.VectorLength,
                    () => TensorPrimitives.Add(_floatSum, _vectors.Current, _floatSum));
            }

            _times.Add.Time(_threads, (double)_parameters.VectorLength * count,
                () => Each(_threads, (chunk, _) => _uploads.Add(accumulator, chunk, count)));
            progress($"joint-key: {Math.Min(first + LaneUploads.Batch, _clients)} of {_clients} clients");
        }

        byte[][] sum =
            [.. Enumerable.Range(0, (int)_parameters.ChunkCount).Select(_ => new byte[_parameters.ChunkBytes])];
        byte[][][] partials =
            [.. parties.Active.Holders.Select(_ => sum.Select(_ => new byte[_parameters.PolynomialBytes]).ToArray())];
        for (int chunk = 0; chunk < sum.Length; chunk++)
        {
            accumulator.EncodeSum(chunk, sum[chunk]);
        }

        for (int repeat = 0; repeat < 2; repeat++)
        {
            foreach (int holder in parties.Active.Holders)
            {
                _partial.Time(_threads, _parameters.VectorLength,
                    () => Decrypt(parties, holder, sum, partials[parties.Active.Holders.IndexOf(holder)]));
            }
        }

        bool exact = IsExact(accumulator, partials);
        for (int i = 0; i < 5; i++)
        {
            Online(parties, i);
            _times.Open.Time(_threads, _parameters.VectorLength, () => Combine(accumulator, partials));
        }

        return _times.Figures(SuiteNames.JointKey, _parameters, _clients, _threads, exact,
            AllocatedBytesPerChunk(parties, accumulator, sum, partials)) with
        {
            PartialNsPerParameter = _partial.Median,
            ShareBytesPerParameter = (double)_parameters.ChunkCount * _parameters.PolynomialBytes
                / _parameters.VectorLength,
            CombineNsPerParameter = _times.Open.Median,
        };
    }

    /// <summary>
    /// From floats in memory to packed bytes, with fresh randomness and stochastic rounding; the public key is loaded.
    /// </summary>
    private void Encrypt(JointKeyParties parties, int client, int upload)
    {
        using JointKeyEncryptor encryptor =
            new(_parameters, parties.PublicKey, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        JointKeyEncryptor[] workers = [encryptor,
            .. Enumerable.Range(1, _threads - 1).Select(_ => encryptor.CreateWorker())];
        Each(_threads,
            (chunk, thread) => workers[thread].EncryptChunk(chunk, _vectors.Floats(chunk), [],
                _uploads.Chunk(upload, chunk)));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    /// <summary>What is left after training when encryptions of zero were prepared while it ran.</summary>
    private void Online(JointKeyParties parties, int client)
    {
        _vectors.Load(client);
        using JointKeyEncryptor encryptor =
            new(_parameters, parties.PublicKey, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            encryptor.PrepareChunk();
        }

        _times.Online.Time(1, _parameters.VectorLength,
            () =>
                Each(1,
                    (chunk, _) => encryptor.EncryptChunk(chunk, _vectors.Floats(chunk), [], _uploads.Chunk(0, chunk))));
    }

    /// <summary>
    /// The noise is drawn, c1 hashed, parsed and checked: all that a holder does with a sum it has recomputed.
    /// </summary>
    private void Decrypt(JointKeyParties parties, int holder, byte[][] sum, byte[][] partials)
    {
        PartialDecryptionProtocol[] workers = [.. Enumerable.Range(0, _threads).Select(_ => parties.Answer(holder))];
        Each(_threads,
            (chunk, thread) => workers[thread].CreateShare(chunk, sum[chunk].AsSpan(_parameters.PolynomialBytes),
                partials[chunk]));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    private void Combine(ContributionAccumulator accumulator, byte[][][] partials)
    {
        JointKeyOpener[] openers = [.. Enumerable.Range(0, _threads).Select(_ => new JointKeyOpener(_parameters))];
        Each(_threads, (chunk, thread) =>
        {
            Begin(openers[thread], accumulator, partials, chunk);
            openers[thread].FinishChunk(_clients,
                _floatSum.AsSpan((int)(chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk)));
        });
        Array.ForEach(openers, opener => opener.Dispose());
    }

    private static void Begin(JointKeyOpener opener, ContributionAccumulator accumulator,
        byte[][][] partials, long chunk)
    {
        opener.BeginChunk(chunk, accumulator);
        foreach (byte[][] holder in partials)
        {
            opener.AddPartialDecryption(holder[chunk]);
        }
    }

    private bool IsExact(ContributionAccumulator accumulator, byte[][][] partials)
    {
        using JointKeyOpener opener = new(_parameters);
        long[] sums = new long[_parameters.ElementsPerChunk];
        bool exact = true;
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            Span<long> here = sums.AsSpan(0, _parameters.ElementsIn(chunk));
            Begin(opener, accumulator, partials, chunk);
            opener.FinishChunk(here);
            exact &= _vectors.AreExpected(chunk, here);
        }

        return exact && opener.InsideLanes && opener.WithinNoiseBound;
    }

    private double AllocatedBytesPerChunk(JointKeyParties parties, ContributionAccumulator accumulator, byte[][] sum,
        byte[][][] partials)
    {
        using JointKeyEncryptor encryptor = new(_parameters, parties.PublicKey, SystemEntropy.Instance);
        using PartialDecryptionProtocol answer = parties.Answer(parties.Active.Holders[0]);
        using JointKeyOpener opener = new(_parameters);
        float[] means = new float[_parameters.ElementsPerChunk];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            encryptor.EncryptChunk(chunk, _vectors.Floats(chunk), [], _uploads.Chunk(0, chunk));
            accumulator.Add(chunk, _uploads.Chunk(0, chunk));
            answer.CreateShare(chunk, sum[chunk].AsSpan(_parameters.PolynomialBytes), partials[0][chunk]);
            Begin(opener, accumulator, partials, chunk);
            opener.FinishChunk(_clients, means.AsSpan(0, _parameters.FloatsIn(chunk)));
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _parameters.ChunkCount;
    }

    /// <summary>Tiered compilation happens here, not in the figures.</summary>
    private void WarmUp(JointKeyParties parties)
    {
        using ContributionAccumulator accumulator = new(_parameters);
        using JointKeyEncryptor encryptor = new(_parameters, parties.PublicKey, SystemEntropy.Instance);
        using PartialDecryptionProtocol answer = parties.Answer(parties.Active.Holders[0]);
        using JointKeyOpener opener = new(_parameters);
        float[] values = new float[_parameters.ElementsPerChunk];
        byte[] packed = new byte[_parameters.ChunkBytes];
        byte[] partial = new byte[_parameters.PolynomialBytes];
        byte[][][] partials = [.. parties.Active.Holders.Select(_ => new[] { partial })];
        for (int repeat = 0; repeat < 40; repeat++)
        {
            encryptor.EncryptChunk(0, values.AsSpan(0, _parameters.FloatsIn(0)), [], packed);
            accumulator.Add(0, packed, packed, packed, packed);
            answer.CreateShare(0, packed.AsSpan(_parameters.PolynomialBytes), partial);
            Begin(opener, accumulator, partials, 0);
            opener.FinishChunk(_clients, values.AsSpan(0, _parameters.FloatsIn(0)));
        }
    }

    private void Each(int threads, Action<long, int> action) =>
        ChunkThreads.Each(threads, _parameters.ChunkCount, action);
}
