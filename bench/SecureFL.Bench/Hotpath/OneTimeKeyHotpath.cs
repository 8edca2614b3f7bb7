using System.Numerics.Tensors;
using SecureFL.Bench.Measurement;
using SecureFL.Messages.Primitives;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The one-time-key arm: clients encrypt and digest, four at a time are added, the sum is opened and compared with the
/// integer sum, its digest with the sum of the digests.
/// </summary>
internal sealed class OneTimeKeyHotpath
{
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(7 * i))];

    private readonly AggregationParameters _parameters;
    private readonly int _clients;
    private readonly int _threads;
    private readonly LaneVectors _vectors;
    private readonly LaneTimes _times = new();
    private readonly LaneUploads _uploads;
    private readonly LaneUploads _unused;
    private readonly DigestTimes _digests;
    private readonly float[] _floatSum;
    private readonly int[] _keySum;

    internal OneTimeKeyHotpath(int parameters, int clients, int bits, int threads)
    {
        _parameters = AggregationPlanner.Plan(new PlanningRequest(parameters, bits, Clip: 1f, clients, KeyHolders: 3));
        _clients = clients;
        _threads = threads;
        _vectors = new LaneVectors(_parameters);
        _uploads = new LaneUploads(_parameters);
        _unused = new LaneUploads(_parameters, count: 1);
        _digests = new DigestTimes(_parameters, threads);
        _floatSum = new float[parameters];
        _keySum = new int[_parameters.RingDegree];
    }

    internal HotpathArm Run(Action<string> progress)
    {
        WarmUp();
        using ContributionAccumulator accumulator = new(_parameters);
        for (int first = 0; first < _clients; first += LaneUploads.Batch)
        {
            int count = Math.Min(LaneUploads.Batch, _clients - first);
            for (int i = 0; i < count; i++)
            {
                _vectors.Load(first + i);
                _digests.Compare(_times.Encrypt, withFirst: i % 2 == 0, taker => Encrypt(first + i, i, taker));
                _vectors.Expect(first + i);
                // The same memory state for both sums: the plain one runs between the uploads it is compared with.
                _times.FloatAdd.Time(_threads, _parameters.VectorLength,
                    () => TensorPrimitives.Add(_floatSum, _vectors.Current, _floatSum));
            }

            _times.Add.Time(_threads, (double)_parameters.VectorLength * count,
                () => Each((chunk, _) => _uploads.Add(accumulator, chunk, count)));
            progress($"{Math.Min(first + LaneUploads.Batch, _clients)} of {_clients} clients");
        }

        bool exact = IsExact(accumulator);
        for (int i = 0; i < 5; i++)
        {
            exact &= _digests.Verify(accumulator, _clients) && VerifyAll(accumulator);
            Online(i);
            _times.Open.Time(_threads, _parameters.VectorLength, () => Open(accumulator));
        }

        return _times.Figures(SuiteNames.OneTimeKey, _parameters, _clients, _threads, exact,
            AllocatedBytesPerChunk(accumulator)) with
        {
            ClientWithDigestNsPerParameter = _digests.Encrypt.Median,
            ClientDigestNsPerParameter = _digests.Added.Median,
            ClientDigestSpread = _digests.Added.Spread,
            SumDigestNsPerParameter = _digests.OfSum.Median,
            VerifySumNsPerParameter = _digests.Verification.Median,
            DownloadBytesPerParameter = (double)_parameters.ChunkCount
                * SummedChunkPacking.Bytes(_parameters, _clients) / _parameters.VectorLength,
        };
    }

    /// <summary>
    /// From floats in memory to packed bytes, with a fresh key, fresh errors, the public polynomials expanded,
    /// stochastic rounding. Without a taker it is for its time alone: nobody adds it.
    /// </summary>
    private void Encrypt(int client, int upload, ChunkTaker? taker)
    {
        using ContributionEncryptor encryptor =
            new(_parameters, Seed, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        if (taker is null)
        {
            EncryptChunks(encryptor, _unused, 0, null);
            return;
        }

        EncryptChunks(encryptor, _uploads, upload, taker);
        int[] secret = new int[_parameters.RingDegree];
        encryptor.ExportSecret(secret);
        TensorPrimitives.Add(_keySum, secret, _keySum);
    }

    private void EncryptChunks(ContributionEncryptor encryptor, LaneUploads uploads, int upload, ChunkTaker? taker)
    {
        ContributionEncryptor[] workers =
            [encryptor, .. Enumerable.Range(1, _threads - 1).Select(_ => encryptor.CreateWorker())];
        Each(
            (chunk, thread) =>
            {
                Span<byte> packed = uploads.Chunk(upload, chunk);
                workers[thread].EncryptChunk(chunk, _vectors.Floats(chunk), [], packed);
                taker?.Invoke(chunk, thread, packed);
            });
        foreach (ContributionEncryptor worker in workers.Skip(1))
        {
            worker.Dispose();
        }
    }

    /// <summary>What is left after training when the masks were prepared while it ran.</summary>
    private void Online(int client)
    {
        _vectors.Load(client);
        using ContributionEncryptor encryptor =
            new(_parameters, Seed, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            encryptor.PrepareMask(chunk);
        }

        _times.Online.Time(_threads, _parameters.VectorLength, () => EncryptChunks(encryptor, _uploads, 0, null));
    }

    private void Open(ContributionAccumulator accumulator)
    {
        SumOpener[] openers = [.. Enumerable.Range(0, _threads).Select(_ => new SumOpener(_parameters, Seed, _keySum))];
        Each(
            (chunk, thread) => openers[thread].OpenChunk(chunk, accumulator, _clients,
                _floatSum.AsSpan((int)(chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk))));
        Array.ForEach(openers, opener => opener.Dispose());
    }

    private bool VerifyAll(ContributionAccumulator accumulator)
    {
        using SumOpener opener = new(_parameters, Seed, _keySum);
        return _digests.VerifyAll(accumulator, _clients, opener, _floatSum);
    }

    private bool IsExact(ContributionAccumulator accumulator)
    {
        using SumOpener opener = new(_parameters, Seed, _keySum);
        long[] sums = new long[_parameters.ElementsPerChunk];
        bool exact = true;
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            Span<long> here = sums.AsSpan(0, _parameters.ElementsIn(chunk));
            opener.OpenChunk(chunk, accumulator, here);
            exact &= _vectors.AreExpected(chunk, here);
        }

        return exact && opener.InsideLanes;
    }

    private double AllocatedBytesPerChunk(ContributionAccumulator accumulator)
    {
        using ContributionEncryptor encryptor = new(_parameters, Seed, SystemEntropy.Instance);
        using SumOpener opener = new(_parameters, Seed, _keySum);
        float[] means = new float[_parameters.ElementsPerChunk];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            Span<byte> packed = _uploads.Chunk(0, chunk);
            encryptor.EncryptChunk(chunk, _vectors.Floats(chunk), [], packed);
            accumulator.Add(chunk, packed);
            opener.OpenChunk(chunk, accumulator, _clients, means.AsSpan(0, _parameters.FloatsIn(chunk)));
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _parameters.ChunkCount;
    }

    /// <summary>Tiered compilation and page faults happen here, not in the figures.</summary>
    private void WarmUp()
    {
        _uploads.Touch();
        _unused.Touch();
        Array.Fill(_floatSum, 0f);
        AggregationParameters small = AggregationPlanner.Plan(
            new PlanningRequest(2 * _parameters.ElementsPerChunk, _parameters.Bits, _parameters.Clip, _clients,
                KeyHolders: 3));
        float[] values = new float[small.ElementsPerChunk];
        byte[] packed = new byte[small.ChunkBytes];
        using ContributionAccumulator accumulator = new(small);
        DigestTimes.WarmUp();
        for (int repeat = 0; repeat < 20; repeat++)
        {
            using ContributionEncryptor encryptor = new(small, Seed, SystemEntropy.Instance);
            using SumOpener opener = new(small, Seed, new int[small.RingDegree]);
            for (long chunk = 0; chunk < small.ChunkCount; chunk++)
            {
                encryptor.EncryptChunk(chunk, values.AsSpan(0, small.FloatsIn(chunk)), [], packed);
                accumulator.Add(chunk, packed, packed, packed, packed);
                accumulator.Add(chunk, packed);
                opener.OpenChunk(chunk, accumulator, _clients, values.AsSpan(0, small.FloatsIn(chunk)));
            }
        }
    }

    private void Each(Action<long, int> action) => ChunkThreads.Each(_threads, _parameters.ChunkCount, action);
}
