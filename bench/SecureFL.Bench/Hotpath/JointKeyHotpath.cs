using System.Numerics.Tensors;
using SecureFL.Bench.Measurement;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The joint-key arm, 5 holders of which 3 decrypt, 1000 rounds a key: clients encrypt under the joint public key, four at a time are added, three holders decrypt partially,
/// the sum is opened and compared with the integer sum.
/// </summary>
internal sealed class JointKeyHotpath
{
    private const int Batch = 4;
    private static readonly JointKeyRequest Key = new(KeyHolders: 5, Threshold: 3, RoundsPerKey: 1000);

    private readonly AggregationParameters _parameters;
    private readonly int _clients;
    private readonly int _threads;
    private readonly ClientInputs _inputs;
    private readonly byte[][] _uploads;
    private readonly float[] _floatSum;
    private readonly long[] _expected;
    private readonly Samples _encrypt = new();
    private readonly Samples _online = new();
    private readonly Samples _add = new();
    private readonly Samples _floatAdd = new();
    private readonly Samples _partial = new();
    private readonly Samples _combine = new();

    internal JointKeyHotpath(int parameters, int clients, int bits, int threads)
    {
        const float Clip = 1f;
        _parameters = AggregationPlanner.Plan(new PlanningRequest(parameters, bits, Clip, clients, JointKey: Key));
        _clients = clients;
        _threads = threads;
        _inputs = new ClientInputs(parameters, Clip);
        _uploads = [.. Enumerable.Range(0, Batch).Select(_ => new byte[_parameters.CiphertextBytes])];
        _floatSum = new float[parameters];
        _expected = new long[parameters];
    }

    internal HotpathArm Run(Action<string> progress)
    {
        Array.ForEach(_uploads, upload => Array.Fill(upload, (byte)1));
        Array.Fill(_floatSum, 0f);
        using JointKeyParties parties = new(_parameters);
        WarmUp(parties);
        using ContributionAccumulator accumulator = new(_parameters);
        for (int first = 0; first < _clients; first += Batch)
        {
            int count = Math.Min(Batch, _clients - first);
            for (int i = 0; i < count; i++)
            {
                _inputs.Load(first + i);
                _encrypt.Time(_threads, _parameters.VectorLength, () => Encrypt(parties, first + i, _uploads[i]));
                Expect(first + i);
                _floatAdd.Time(_threads, _parameters.VectorLength, () => TensorPrimitives.Add(_floatSum, _inputs.Current, _floatSum));
            }

            _add.Time(_threads, (double)_parameters.VectorLength * count, () => Each(_threads, (chunk, _) => Add(accumulator, chunk, count)));
            progress($"joint-key: {Math.Min(first + Batch, _clients)} of {_clients} clients");
        }

        byte[][] sum = [.. Enumerable.Range(0, (int)_parameters.ChunkCount).Select(_ => new byte[_parameters.ChunkBytes])];
        byte[][][] partials = [.. parties.Active.Holders.Select(_ => sum.Select(_ => new byte[_parameters.PolynomialBytes]).ToArray())];
        for (int chunk = 0; chunk < sum.Length; chunk++)
        {
            accumulator.EncodeSum(chunk, sum[chunk]);
        }

        for (int repeat = 0; repeat < 2; repeat++)
        {
            foreach (int holder in parties.Active.Holders)
            {
                _partial.Time(_threads, _parameters.VectorLength, () => Decrypt(parties, holder, sum, partials[parties.Active.Holders.IndexOf(holder)]));
            }
        }

        bool exact = IsExact(accumulator, partials);
        for (int i = 0; i < 5; i++)
        {
            Online(parties, i);
            _combine.Time(_threads, _parameters.VectorLength, () => Combine(accumulator, partials));
        }

        return new HotpathArm
        {
            Arm = "joint-key",
            MeasuredParameters = _parameters.VectorLength,
            MeasuredClients = _clients,
            UploadBytesPerParameter = (double)_parameters.CiphertextBytes / _parameters.VectorLength,
            ClientEncryptNsPerParameter = _encrypt.Median,
            ClientOnlineNsPerParameter = _online.Median,
            ServerAddNsPerParameterPerClient = _add.Median,
            Float32AddNsPerParameter = _floatAdd.Median,
            OpenNsPerParameter = _combine.Median,
            PartialNsPerParameter = _partial.Median,
            ShareBytesPerParameter = (double)_parameters.ChunkCount * _parameters.PolynomialBytes / _parameters.VectorLength,
            CombineNsPerParameter = _combine.Median,
            SumIsExact = exact,
            AllocatedBytesPerChunk = AllocatedBytesPerChunk(parties, accumulator, sum, partials),
            SecurityBits = _parameters.SecurityBits,
            Threads = _threads,
            ParameterSet = $"{_parameters.Ckks}, {_parameters.Lanes} lanes, {_parameters.JointKey}",
            ClientEncryptSpread = _encrypt.Spread,
            ServerAddSpread = _add.Spread,
            Float32AddSpread = _floatAdd.Spread,
        };
    }

    /// <summary>From floats in memory to packed bytes, with fresh randomness and stochastic rounding; the public key is loaded.</summary>
    private void Encrypt(JointKeyParties parties, int client, byte[] upload)
    {
        using JointKeyEncryptor encryptor = new(_parameters, parties.PublicKey, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        JointKeyEncryptor[] workers = [encryptor, .. Enumerable.Range(1, _threads - 1).Select(_ => encryptor.CreateWorker())];
        Each(_threads, (chunk, thread) => workers[thread].EncryptChunk(chunk, Floats(chunk), [], Chunk(upload, chunk)));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    /// <summary>What is left after training when encryptions of zero were prepared while it ran.</summary>
    private void Online(JointKeyParties parties, int client)
    {
        _inputs.Load(client);
        using JointKeyEncryptor encryptor = new(_parameters, parties.PublicKey, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            encryptor.PrepareChunk();
        }

        _online.Time(1, _parameters.VectorLength, () => Each(1, (chunk, _) => encryptor.EncryptChunk(chunk, Floats(chunk), [], Chunk(_uploads[0], chunk))));
    }

    private void Add(ContributionAccumulator accumulator, long chunk, int count) => accumulator.Add(
        chunk,
        Chunk(_uploads[0], chunk),
        count > 1 ? Chunk(_uploads[1], chunk) : default,
        count > 2 ? Chunk(_uploads[2], chunk) : default,
        count > 3 ? Chunk(_uploads[3], chunk) : default);

    /// <summary>The noise is drawn, c1 hashed, parsed and checked: all that a holder does with a sum it has recomputed.</summary>
    private void Decrypt(JointKeyParties parties, int holder, byte[][] sum, byte[][] partials)
    {
        PartialDecryptionProtocol[] workers = [.. Enumerable.Range(0, _threads).Select(_ => parties.Answer(holder))];
        Each(_threads, (chunk, thread) => workers[thread].CreateShare(chunk, sum[chunk].AsSpan(_parameters.PolynomialBytes), partials[chunk]));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    private void Combine(ContributionAccumulator accumulator, byte[][][] partials)
    {
        JointKeyOpener[] openers = [.. Enumerable.Range(0, _threads).Select(_ => new JointKeyOpener(_parameters))];
        Each(_threads, (chunk, thread) =>
        {
            Begin(openers[thread], accumulator, partials, chunk);
            openers[thread].FinishChunk(_clients, _floatSum.AsSpan((int)(chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk)));
        });
        Array.ForEach(openers, opener => opener.Dispose());
    }

    private static void Begin(JointKeyOpener opener, ContributionAccumulator accumulator, byte[][][] partials, long chunk)
    {
        opener.BeginChunk(chunk, accumulator);
        foreach (byte[][] holder in partials)
        {
            opener.AddPartialDecryption(holder[chunk]);
        }
    }

    private void Expect(int client)
    {
        Quantizer quantizer = new(_parameters.Bits, _parameters.Clip, Rounding.Stochastic, (ulong)client);
        int[] quantised = new int[_parameters.ElementsPerChunk];
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            Span<int> values = quantised.AsSpan(0, _parameters.FloatsIn(chunk));
            quantizer.BeginChunk(chunk);
            quantizer.Quantize(Floats(chunk), values);
            Span<long> expected = _expected.AsSpan((int)(chunk * _parameters.ElementsPerChunk), values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                expected[i] += values[i];
            }
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
            exact &= here.SequenceEqual(_expected.AsSpan((int)(chunk * _parameters.ElementsPerChunk), here.Length));
        }

        return exact && opener.InsideLanes && opener.WithinNoiseBound;
    }

    private double AllocatedBytesPerChunk(JointKeyParties parties, ContributionAccumulator accumulator, byte[][] sum, byte[][][] partials)
    {
        using JointKeyEncryptor encryptor = new(_parameters, parties.PublicKey, SystemEntropy.Instance);
        using PartialDecryptionProtocol answer = parties.Answer(parties.Active.Holders[0]);
        using JointKeyOpener opener = new(_parameters);
        float[] means = new float[_parameters.ElementsPerChunk];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            encryptor.EncryptChunk(chunk, Floats(chunk), [], Chunk(_uploads[0], chunk));
            accumulator.Add(chunk, Chunk(_uploads[0], chunk));
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

    private void Each(int threads, Action<long, int> action)
    {
        if (threads == 1)
        {
            for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
            {
                action(chunk, 0);
            }

            return;
        }

        Parallel.For(0, threads, thread =>
        {
            for (long chunk = thread; chunk < _parameters.ChunkCount; chunk += threads)
            {
                action(chunk, thread);
            }
        });
    }

    private ReadOnlySpan<float> Floats(long chunk) => _inputs.Current.AsSpan((int)(chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk));

    private Span<byte> Chunk(byte[] upload, long chunk) => upload.AsSpan((int)chunk * _parameters.ChunkBytes, _parameters.ChunkBytes);
}
