using System.Numerics.Tensors;
using SecureFL.Bench.Measurement;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Planning;
using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Bench.Hotpath;

/// <summary>The one-time-key arm: clients encrypt, four at a time are added, the sum is opened and compared with the integer sum.</summary>
internal sealed class OneTimeKeyHotpath
{
    private const int Batch = 4;
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(7 * i))];

    private readonly AggregationParameters _parameters;
    private readonly int _clients;
    private readonly int _threads;
    private readonly ClientInputs _inputs;
    private readonly byte[][] _uploads;
    private readonly float[] _floatSum;
    private readonly long[] _expected;
    private readonly int[] _keySum;
    private readonly Samples _encrypt = new();
    private readonly Samples _online = new();
    private readonly Samples _add = new();
    private readonly Samples _floatAdd = new();
    private readonly Samples _open = new();

    internal OneTimeKeyHotpath(int parameters, int clients, int bits, int threads)
    {
        const float Clip = 1f;
        _parameters = AggregationPlanner.Plan(new PlanningRequest(parameters, bits, Clip, clients, KeyHolders: 3));
        _clients = clients;
        _threads = threads;
        _inputs = new ClientInputs(parameters, Clip);
        _uploads = [.. Enumerable.Range(0, Batch).Select(_ => new byte[_parameters.CiphertextBytes])];
        _floatSum = new float[parameters];
        _expected = new long[parameters];
        _keySum = new int[_parameters.RingDegree];
    }

    internal HotpathArm Run(Action<string> progress)
    {
        WarmUp();
        using ContributionAccumulator accumulator = new(_parameters);
        for (int first = 0; first < _clients; first += Batch)
        {
            int count = Math.Min(Batch, _clients - first);
            for (int i = 0; i < count; i++)
            {
                _inputs.Load(first + i);
                _encrypt.Time(_threads, _parameters.VectorLength, () => Encrypt(first + i, _uploads[i]));
                Expect(first + i);
                // The same memory state for both sums: the plain one runs between the uploads it is compared with.
                _floatAdd.Time(_threads, _parameters.VectorLength, () => TensorPrimitives.Add(_floatSum, _inputs.Current, _floatSum));
            }

            _add.Time(_threads, (double)_parameters.VectorLength * count, () => Add(accumulator, count));
            progress($"{Math.Min(first + Batch, _clients)} of {_clients} clients");
        }

        bool exact = IsExact(accumulator);
        for (int i = 0; i < 5; i++)
        {
            Online(i);
            Open(accumulator);
        }

        return new HotpathArm
        {
            Arm = "one-time-key",
            MeasuredParameters = _parameters.VectorLength,
            MeasuredClients = _clients,
            UploadBytesPerParameter = (double)_parameters.CiphertextBytes / _parameters.VectorLength,
            ClientEncryptNsPerParameter = _encrypt.Median,
            ClientOnlineNsPerParameter = _online.Median,
            ServerAddNsPerParameterPerClient = _add.Median,
            Float32AddNsPerParameter = _floatAdd.Median,
            OpenNsPerParameter = _open.Median,
            SumIsExact = exact,
            AllocatedBytesPerChunk = AllocatedBytesPerChunk(accumulator),
            SecurityBits = _parameters.SecurityBits,
            Threads = _threads,
            ParameterSet = $"{_parameters.Ckks}, {_parameters.Lanes} lanes",
            ClientEncryptSpread = _encrypt.Spread,
            ServerAddSpread = _add.Spread,
            Float32AddSpread = _floatAdd.Spread,
        };
    }

    /// <summary>From floats in memory to packed bytes, with a fresh key, fresh errors, the public polynomials expanded, stochastic rounding.</summary>
    private void Encrypt(int client, byte[] upload)
    {
        using ContributionEncryptor encryptor = new(_parameters, Seed, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        EncryptChunks(encryptor, upload);
        int[] secret = new int[_parameters.RingDegree];
        encryptor.ExportSecret(secret);
        TensorPrimitives.Add(_keySum, secret, _keySum);
    }

    private void EncryptChunks(ContributionEncryptor encryptor, byte[] upload)
    {
        if (_threads == 1)
        {
            EncryptChunks(encryptor, upload, 0, 1);
            return;
        }

        Parallel.For(0, _threads, thread =>
        {
            using ContributionEncryptor worker = encryptor.CreateWorker();
            EncryptChunks(worker, upload, thread, _threads);
        });
    }

    private void EncryptChunks(ContributionEncryptor encryptor, byte[] upload, int first, int step)
    {
        for (long chunk = first; chunk < _parameters.ChunkCount; chunk += step)
        {
            encryptor.EncryptChunk(chunk, Floats(chunk), [], upload.AsSpan((int)chunk * _parameters.ChunkBytes, _parameters.ChunkBytes));
        }
    }

    /// <summary>What is left after training when the masks were prepared while it ran.</summary>
    private void Online(int client)
    {
        _inputs.Load(client);
        using ContributionEncryptor encryptor = new(_parameters, Seed, SystemEntropy.Instance, Rounding.Stochastic, (ulong)client);
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            encryptor.PrepareMask(chunk);
        }

        _online.Time(_threads, _parameters.VectorLength, () => EncryptChunks(encryptor, _uploads[0]));
    }

    private void Add(ContributionAccumulator accumulator, int count)
    {
        if (_threads == 1)
        {
            AddChunks(accumulator, count, 0, 1);
            return;
        }

        Parallel.For(0, _threads, thread => AddChunks(accumulator, count, thread, _threads));
    }

    private void AddChunks(ContributionAccumulator accumulator, int count, int first, int step)
    {
        int bytes = _parameters.ChunkBytes;
        for (long chunk = first; chunk < _parameters.ChunkCount; chunk += step)
        {
            int at = (int)chunk * bytes;
            accumulator.Add(
                chunk,
                _uploads[0].AsSpan(at, bytes),
                count > 1 ? _uploads[1].AsSpan(at, bytes) : default,
                count > 2 ? _uploads[2].AsSpan(at, bytes) : default,
                count > 3 ? _uploads[3].AsSpan(at, bytes) : default);
        }
    }

    private void Open(ContributionAccumulator accumulator)
    {
        float[] means = _floatSum;
        _open.Time(
            _threads,
            _parameters.VectorLength,
            () =>
            {
                if (_threads == 1)
                {
                    OpenChunks(accumulator, means, 0, 1);
                }
                else
                {
                    Parallel.For(0, _threads, thread => OpenChunks(accumulator, means, thread, _threads));
                }
            });
    }

    private void OpenChunks(ContributionAccumulator accumulator, float[] means, int first, int step)
    {
        using SumOpener opener = new(_parameters, Seed, _keySum);
        for (long chunk = first; chunk < _parameters.ChunkCount; chunk += step)
        {
            opener.OpenChunk(chunk, accumulator, _clients, means.AsSpan((int)(chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk)));
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

    private bool IsExact(ContributionAccumulator accumulator)
    {
        using SumOpener opener = new(_parameters, Seed, _keySum);
        long[] sums = new long[_parameters.ElementsPerChunk];
        bool exact = true;
        for (long chunk = 0; chunk < _parameters.ChunkCount; chunk++)
        {
            Span<long> here = sums.AsSpan(0, _parameters.ElementsIn(chunk));
            opener.OpenChunk(chunk, accumulator, here);
            exact &= here.SequenceEqual(_expected.AsSpan((int)(chunk * _parameters.ElementsPerChunk), here.Length));
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
            Span<byte> packed = _uploads[0].AsSpan((int)chunk * _parameters.ChunkBytes, _parameters.ChunkBytes);
            encryptor.EncryptChunk(chunk, Floats(chunk), [], packed);
            accumulator.Add(chunk, packed);
            opener.OpenChunk(chunk, accumulator, _clients, means.AsSpan(0, _parameters.FloatsIn(chunk)));
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _parameters.ChunkCount;
    }

    /// <summary>Tiered compilation and page faults happen here, not in the figures.</summary>
    private void WarmUp()
    {
        foreach (byte[] upload in _uploads)
        {
            Array.Fill(upload, (byte)1);
        }

        Array.Fill(_floatSum, 0f);
        AggregationParameters small = AggregationPlanner.Plan(new PlanningRequest(2 * _parameters.ElementsPerChunk, _parameters.Bits, _parameters.Clip, _clients, KeyHolders: 3));
        float[] values = new float[small.ElementsPerChunk];
        byte[] packed = new byte[small.ChunkBytes];
        using ContributionAccumulator accumulator = new(small);
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

    private ReadOnlySpan<float> Floats(long chunk) => _inputs.Current.AsSpan((int)(chunk * _parameters.ElementsPerChunk), _parameters.FloatsIn(chunk));
}
