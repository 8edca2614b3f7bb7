using System.Numerics.Tensors;
using SecureFL.Bench.Measurement;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Seal.Wire;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The joint-key arm with ciphertexts that travel as SEAL objects: the client encrypts, transforms and writes them, the
/// server reads, checks, transforms, packs and adds. Planned for all clients, measured with four of them on one thread
/// and at most a million values; partial decryptions are those of the joint-key arm.
/// </summary>
internal sealed class SealWireHotpath
{
    private const int Measured = 4;
    private const int MostParameters = 1_000_000;
    private const int Repeats = 3;
    private static readonly JointKeyRequest Key =
        new(KeyHolders: 5, Threshold: 3, RoundsPerKey: 1000, Wire: WireMode.Seal);

    private readonly AggregationParameters _parameters;
    private readonly LaneVectors _vectors;
    private readonly LaneTimes _times = new();
    private readonly SealChunkCodec _codec;
    private readonly byte[] _packed;
    private readonly byte[][] _upload;

    internal SealWireHotpath(int parameters, int clients, int bits)
    {
        int length = Math.Min(parameters, MostParameters);
        _parameters = AggregationPlanner.Plan(
            new PlanningRequest(length, bits, Clip: 1f, Math.Max(clients, Measured), JointKey: Key));
        _vectors = new LaneVectors(_parameters);
        _codec = new SealChunkCodec(_parameters);
        _packed = new byte[_parameters.ChunkBytes];
        _upload =
            [.. Enumerable.Range(0, (int)_parameters.ChunkCount).Select(_ => new byte[_parameters.WireChunkBytes])];
    }

    internal HotpathArm Run(Action<string> progress)
    {
        float[] floatSum = new float[_vectors.Current.Length];
        using JointKeyParties parties = new(_parameters);
        using ContributionAccumulator accumulator = new(_parameters);
        long allocated = 0;

        // The first turn compiles; its sums are thrown away with it.
        for (int client = -1; client < Measured; client++)
        {
            _vectors.Load(Math.Max(0, client));
            using JointKeyEncryptor encryptor =
                new(_parameters, parties.PublicKey, SystemEntropy.Instance, Rounding.Stochastic,
                    (ulong)Math.Max(0, client));
            for (int repeat = 0; repeat < (client < 0 ? Repeats : 1); repeat++)
            {
                Samples times = client < 0 ? new Samples() : _times.Encrypt;
                long before = GC.GetAllocatedBytesForCurrentThread();
                times.Time(1, _parameters.VectorLength, () => Encrypt(encryptor));
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            if (client < 0)
            {
                using ContributionAccumulator scratch = new(_parameters);
                Add(scratch);
                continue;
            }

            _vectors.Expect(client);
            _times.Add.Time(1, _parameters.VectorLength, () => Add(accumulator));
            _times.FloatAdd.Time(1, _parameters.VectorLength,
                () => TensorPrimitives.Add(floatSum, _vectors.Current, floatSum));
        }

        bool exact = false;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            exact = IsExact(parties, accumulator);
        }

        progress($"joint-key-seal: {Measured} clients");
        return _times.Figures("joint-key-seal", _parameters, Measured, threads: 1, exact,
            (double)allocated / _parameters.ChunkCount);
    }

    private void Encrypt(JointKeyEncryptor encryptor)
    {
        for (int chunk = 0; chunk < _upload.Length; chunk++)
        {
            encryptor.EncryptChunk(chunk, _vectors.Floats(chunk), [], _packed);
            _codec.Unpack(_packed, _upload[chunk]);
        }
    }

    private void Add(ContributionAccumulator accumulator)
    {
        for (int chunk = 0; chunk < _upload.Length; chunk++)
        {
            _codec.Pack(_upload[chunk], _packed);
            accumulator.Add(chunk, _packed);
        }
    }

    private bool IsExact(JointKeyParties parties, ContributionAccumulator accumulator)
    {
        PartialDecryptionProtocol[] holders = [.. parties.Active.Holders.Select(parties.Answer)];
        using JointKeyOpener opener = new(_parameters);
        byte[] sum = new byte[_parameters.ChunkBytes];
        byte[][] partials = [.. holders.Select(_ => new byte[_parameters.PolynomialBytes])];
        long[] sums = new long[_parameters.ElementsPerChunk];
        bool exact = true;
        for (int chunk = 0; chunk < _upload.Length; chunk++)
        {
            accumulator.EncodeSum(chunk, sum);
            for (int i = 0; i < holders.Length; i++)
            {
                holders[i].CreateShare(chunk, sum.AsSpan(_parameters.PolynomialBytes), partials[i]);
            }

            int elements = _parameters.ElementsIn(chunk);
            _times.Open.Time(1, elements, () =>
            {
                opener.BeginChunk(chunk, accumulator);
                Array.ForEach(partials, partial => opener.AddPartialDecryption(partial));
                opener.FinishChunk(sums.AsSpan(0, elements));
            });
            exact &= _vectors.AreExpected(chunk, sums.AsSpan(0, elements));
        }

        Array.ForEach(holders, holder => holder.Dispose());
        return exact && opener.InsideLanes && opener.WithinNoiseBound;
    }
}
