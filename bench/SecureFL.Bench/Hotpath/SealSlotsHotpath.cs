using System.Numerics.Tensors;
using SecureFL.Bench.Measurement;
using SecureFL.Ring.Randomness;
using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Keys;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// The ckks-slots arm: what systems on SEAL do. One key pair, one holder of the secret key, SEAL 4.1 ciphertexts of
/// 4096 slots, 8192{60,40,40}, scale 2^40. Client: floats in memory to saved bytes. Server: saved bytes, checked, into
/// the sum. Open: the sum to means.
/// </summary>
internal sealed class SealSlotsHotpath
{
    private const double Scale = 1L << 40;
    private const int MaxParameters = 1 << 20;
    private const int MaxClients = 8;
    private const float Clip = 1f;

    /// <summary>
    /// Largest error of a mean of values in [-1, 1]. Rounding by the special prime leaves a coefficient noise of
    /// deviation 21.3, in a slot 1365 |s(zeta^j)| / rms, which is 2^-29.6 of the scale; among a million slots the
    /// product of both tails stays below 40 times that.
    /// </summary>
    private const double MaxError = 1.0 / (1 << 24);

    private readonly SealParameters _parameters = SealParameters.Create(8192, 60, 40, 40);
    private readonly int _clients;
    private readonly int _threads;
    private readonly int _length;
    private readonly int _chunks;
    private readonly ClientInputs _inputs;
    private readonly byte[][] _upload;
    private readonly Ciphertext[] _sum;
    private readonly double[] _expected;
    private readonly float[] _floatSum;
    private readonly SecretKey _secretKey;
    private readonly PublicKey _publicKey;
    private readonly Samples _encrypt = new();
    private readonly Samples _add = new();
    private readonly Samples _floatAdd = new();
    private readonly Samples _open = new();

    /// <summary>
    /// At most 2^20 parameters and 8 clients: a sum takes 64 bytes a parameter, and so does an upload.
    /// </summary>
    internal SealSlotsHotpath(int parameters, int clients, int threads)
    {
        _length = Math.Min(parameters, MaxParameters);
        _clients = Math.Min(clients, MaxClients);
        _threads = threads;
        _chunks = (_length + _parameters.SlotCount - 1) / _parameters.SlotCount;
        _inputs = new ClientInputs(_length, Clip);
        _upload = [.. Enumerable.Range(0, _chunks).Select(_ => new byte[SealFormat.CiphertextSize(_parameters)])];
        _sum = [.. Enumerable.Range(0, _chunks).Select(_ => new Ciphertext(_parameters))];
        _expected = new double[_length];
        _floatSum = new float[_length];
        KeyGenerator generator = new(_parameters, SystemEntropy.Instance);
        _secretKey = generator.CreateSecretKey();
        _publicKey = generator.CreatePublicKey(_secretKey);
    }

    internal HotpathArm Run(Action<string> progress)
    {
        WarmUp();
        for (int client = 0; client < _clients; client++)
        {
            _inputs.Load(client);
            _encrypt.Time(_threads, _length, () => ForEachChunk(Encrypt));
            _floatAdd.Time(_threads, _length, () => TensorPrimitives.Add(_floatSum, _inputs.Current, _floatSum));
            _add.Time(_threads, _length, () => ForEachChunk(client == 0 ? LoadFirst : LoadAndAdd));
            for (int i = 0; i < _length; i++)
            {
                _expected[i] += _inputs.Current[i];
            }

            progress($"ckks-slots: {client + 1} of {_clients} clients");
        }

        double[] sums = new double[_length];
        for (int i = 0; i < 5; i++)
        {
            _open.Time(_threads, _length, () => ForEachChunk((first, step) => Open(first, step, sums)));
        }

        double error = 0;
        for (int i = 0; i < _length; i++)
        {
            error = Math.Max(error, Math.Abs(sums[i] - _expected[i]) / (_clients * Clip));
        }

        return new HotpathArm
        {
            Arm = "ckks-slots",
            MeasuredParameters = _length,
            MeasuredClients = _clients,
            UploadBytesPerParameter = (double)_chunks * SealFormat.CiphertextSize(_parameters) / _length,
            ClientEncryptNsPerParameter = _encrypt.Median,
            ClientOnlineNsPerParameter = null,
            ServerAddNsPerParameterPerClient = _add.Median,
            Float32AddNsPerParameter = _floatAdd.Median,
            OpenNsPerParameter = _open.Median,
            SumIsExact = false,
            MaxRelativeError = error,
            SumIsRight = error <= MaxError,
            AllocatedBytesPerChunk = AllocatedBytesPerChunk(),
            SecurityBits = 128,
            Threads = _threads,
            ParameterSet = $"{_parameters}, scale 2^40, {_parameters.SlotCount} slots, public key, one holder",
            ClientEncryptSpread = _encrypt.Spread,
            ServerAddSpread = _add.Spread,
            Float32AddSpread = _floatAdd.Spread,
        };
    }

    private void ForEachChunk(Action<int, int> work)
    {
        if (_threads == 1)
        {
            work(0, 1);
        }
        else
        {
            Parallel.For(0, _threads, thread => work(thread, _threads));
        }
    }

    private void Encrypt(int first, int step)
    {
        using Encryptor encryptor = new(_publicKey, SystemEntropy.Instance);
        CkksEncoder encoder = new(_parameters);
        MessagePolynomial message = new(_parameters);
        Ciphertext ciphertext = new(_parameters);
        for (int chunk = first; chunk < _chunks; chunk += step)
        {
            Encrypt(encryptor, encoder, message, ciphertext, chunk);
        }
    }

    private void Encrypt(Encryptor encryptor, CkksEncoder encoder, MessagePolynomial message,
        Ciphertext ciphertext, int chunk)
    {
        encoder.Encode(_inputs.Current.AsSpan(Start(chunk), Count(chunk)), Scale, message);
        encryptor.Encrypt(message, ciphertext);
        SealFormat.Save(ciphertext, _upload[chunk]);
    }

    private void LoadFirst(int first, int step)
    {
        for (int chunk = first; chunk < _chunks; chunk += step)
        {
            SealFormat.LoadCiphertext(_upload[chunk], _sum[chunk]);
        }
    }

    private void LoadAndAdd(int first, int step)
    {
        Evaluator evaluator = new(_parameters);
        Ciphertext loaded = new(_parameters);
        for (int chunk = first; chunk < _chunks; chunk += step)
        {
            SealFormat.LoadCiphertext(_upload[chunk], loaded);
            evaluator.AddInPlace(_sum[chunk], loaded);
        }
    }

    private void Open(int first, int step, double[] sums)
    {
        Decryptor decryptor = new(_secretKey);
        CkksEncoder encoder = new(_parameters);
        Plaintext plaintext = new(_parameters);
        for (int chunk = first; chunk < _chunks; chunk += step)
        {
            decryptor.Decrypt(_sum[chunk], plaintext);
            encoder.Decode(plaintext, sums.AsSpan(Start(chunk), Count(chunk)));
        }
    }

    private double AllocatedBytesPerChunk()
    {
        using Encryptor encryptor = new(_publicKey, SystemEntropy.Instance);
        CkksEncoder encoder = new(_parameters);
        MessagePolynomial message = new(_parameters);
        Ciphertext ciphertext = new(_parameters);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int chunk = 0; chunk < _chunks; chunk++)
        {
            Encrypt(encryptor, encoder, message, ciphertext, chunk);
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _chunks;
    }

    /// <summary>Tiered compilation and page faults happen here, not in the figures.</summary>
    private void WarmUp()
    {
        _inputs.Load(0);
        for (int repeat = 0; repeat < 2; repeat++)
        {
            Encrypt(0, 1);
            LoadFirst(0, 1);
            LoadAndAdd(0, 1);
            Open(0, 1, new double[_length]);
        }
    }

    private int Start(int chunk) => chunk * _parameters.SlotCount;

    private int Count(int chunk) => Math.Min(_parameters.SlotCount, _length - Start(chunk));
}
