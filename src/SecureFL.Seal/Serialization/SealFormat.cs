using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Serialization;

/// <summary>
/// The binary format of Microsoft SEAL 4.1, both ways: parameters, plaintexts, ciphertexts, secret and public keys,
/// uncompressed or zlib, ciphertexts and public keys also with a seed in place of their second polynomial. What is read
/// is untrusted: sizes come from the parameter set, every residue is checked against its prime, and the first wrong
/// field is named by a <see cref="SealFormatException"/>. Thread-safe.
/// </summary>
public static class SealFormat
{
    private const int ModulusSize = SealHeader.Size + sizeof(ulong);
    private const int ArrayOverhead = SealHeader.Size + sizeof(ulong);
    private const int PlaintextOverhead = ParametersId.Size + (2 * sizeof(ulong)) + ArrayOverhead;
    private const int CiphertextOverhead = ParametersId.Size + 1 + (5 * sizeof(ulong)) + ArrayOverhead;
    private const int SeedInfoSize = SealHeader.Size + 1 + SealRandomStream.SeedSize;
    private const byte Blake2XbGenerator = 1;

    /// <summary>Bytes of a saved ciphertext without compression.</summary>
    public static int CiphertextSize(SealParameters parameters, bool seeded = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return CiphertextSize(parameters, parameters.DataPrimes, seeded);
    }

    /// <summary>Saves parameters.</summary>
    public static byte[] Save(SealParameters parameters, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        byte[] bytes = new byte[SealHeader.Size + ParametersBodySize(parameters.Moduli.Length)];
        SealWriter writer = new(bytes);
        writer.Header(bytes.Length);
        writer.Byte(ParametersId.CkksScheme);
        writer.Word((ulong)parameters.RingDegree);
        writer.Word((ulong)parameters.Moduli.Length);
        foreach (Modulus modulus in parameters.Moduli)
        {
            writer.Header(ModulusSize);
            writer.Word(modulus.Value);
        }

        writer.Header(ModulusSize);
        writer.Word(0);
        return SealEnvelope.Compress(bytes, compression);
    }

    /// <summary>Loads parameters of CKKS that meet the rules of <see cref="SealParameters"/>.</summary>
    /// <exception cref="SealFormatException">They do not, or the bytes are no parameters.</exception>
    public static SealParameters LoadParameters(ReadOnlySpan<byte> bytes) =>
        SealEnvelope.Open(bytes, ParametersBodySize(SealParameters.MaxPrimes), "parameters", ReadParameters);

    /// <summary>Saves a plaintext.</summary>
    public static byte[] Save(Plaintext plaintext, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        byte[] bytes = new byte[PlaintextSize(plaintext.Words.Length)];
        WritePlaintext(bytes, plaintext.Parameters.IdOf(plaintext.Primes), plaintext.Scale, plaintext.Words);
        return SealEnvelope.Compress(bytes, compression);
    }

    /// <summary>Loads a plaintext of a data level.</summary>
    /// <exception cref="SealFormatException">The bytes are none of this set.</exception>
    public static Plaintext LoadPlaintext(SealParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SealEnvelope.Open(bytes, PlaintextSize(parameters.DataPrimes * parameters.RingDegree) - SealHeader.Size,
            "plaintext", body =>
        {
            SealReader reader = new(body, "plaintext");
            Plaintext plaintext = new(parameters, ReadLevel(ref reader, parameters, isKey: false));
            plaintext.Scale = ReadPlaintext(ref reader, parameters, plaintext.Primes, plaintext.AllWritable);
            return plaintext;
        });
    }

    /// <summary>Saves a ciphertext, with its seed in place of c1 if <paramref name="seeded"/>.</summary>
    /// <exception cref="ArgumentException">It has no seed.</exception>
    public static byte[] Save(Ciphertext ciphertext, SealCompression compression = SealCompression.None,
        bool seeded = false)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        byte[] bytes = new byte[CiphertextSize(ciphertext.Parameters, ciphertext.Primes, seeded)];
        WriteCiphertext(bytes, ciphertext, seeded);
        return SealEnvelope.Compress(bytes, compression);
    }

    /// <summary>
    /// Saves a ciphertext uncompressed and whole into <see cref="CiphertextSize(SealParameters, bool)"/> bytes, without
    /// allocating.
    /// </summary>
    public static void Save(Ciphertext ciphertext, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(ciphertext);
        int size = CiphertextSize(ciphertext.Parameters, ciphertext.Primes, seeded: false);
        if (destination.Length != size)
        {
            throw new ArgumentException($"{destination.Length} bytes for a ciphertext of {size}", nameof(destination));
        }

        WriteCiphertext(destination, ciphertext, seeded: false);
    }

    /// <summary>Loads a ciphertext of a data level, expanding its seed if it has one.</summary>
    /// <exception cref="SealFormatException">The bytes are none of this set.</exception>
    public static Ciphertext LoadCiphertext(SealParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SealEnvelope.Open(bytes, CiphertextBodyLimit(parameters, parameters.DataPrimes), "ciphertext", body =>
        {
            SealReader reader = new(body, "ciphertext");
            Ciphertext ciphertext = new(parameters, ReadLevel(ref reader, parameters, isKey: false));
            ReadCiphertext(ref reader, ciphertext);
            return ciphertext;
        });
    }

    /// <summary>Loads a ciphertext over another of the same level; its content is undefined after a refusal.</summary>
    /// <exception cref="SealFormatException">The bytes are none of that set and level.</exception>
    public static void LoadCiphertext(ReadOnlySpan<byte> bytes, Ciphertext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        SealEnvelope.Open(bytes, CiphertextBodyLimit(destination.Parameters, destination.Primes), "ciphertext", body =>
        {
            SealReader reader = new(body, "ciphertext");
            int primes = ReadLevel(ref reader, destination.Parameters, isKey: false);
            if (primes != destination.Primes)
            {
                throw reader.Refuse("parms_id", $"a level of {primes} primes, expected {destination.Primes}");
            }

            ReadCiphertext(ref reader, destination);
            return true;
        });
    }

    /// <summary>Saves a public key, with its seed in place of a if <paramref name="seeded"/>.</summary>
    /// <exception cref="ArgumentException">It has no seed.</exception>
    public static byte[] Save(PublicKey publicKey, SealCompression compression = SealCompression.None,
        bool seeded = false)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        return Save(publicKey.Ciphertext, compression, seeded);
    }

    /// <summary>Loads a public key, expanding its seed if it has one.</summary>
    /// <exception cref="SealFormatException">The bytes are none of this set.</exception>
    public static PublicKey LoadPublicKey(SealParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return SealEnvelope.Open(bytes, CiphertextBodyLimit(parameters, parameters.Moduli.Length), "public_key", body =>
        {
            SealReader reader = new(body, "public_key");
            Ciphertext key = new(parameters, ReadLevel(ref reader, parameters, isKey: true));
            ReadCiphertext(ref reader, key);
            return new PublicKey(key);
        });
    }

    /// <summary>Saves a secret key in clear: the caller erases the bytes.</summary>
    public static byte[] Save(SecretKey secretKey, SealCompression compression = SealCompression.None)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        byte[] bytes = new byte[PlaintextSize(secretKey.Words.Length)];
        WritePlaintext(bytes, secretKey.Parameters.KeyId, 1.0, secretKey.Words);
        return SealEnvelope.Compress(bytes, compression);
    }

    /// <summary>Loads a secret key.</summary>
    /// <exception cref="SealFormatException">The bytes are none of this set.</exception>
    public static SecretKey LoadSecretKey(SealParameters parameters, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int words = parameters.Moduli.Length * parameters.RingDegree;
        return SealEnvelope.Open(bytes, PlaintextSize(words) - SealHeader.Size, "secret_key", body =>
        {
            SealReader reader = new(body, "secret_key");
            using Ring.Randomness.SecretBuffer<ulong> residues = new(words);
            ReadPlaintext(ref reader, parameters, ReadLevel(ref reader, parameters, isKey: true), residues.Span);
            return new SecretKey(parameters, residues.Span);
        });
    }

    private static int ParametersBodySize(int primes) => 1 + (2 * sizeof(ulong)) + ((primes + 1) * ModulusSize);

    private static int PlaintextSize(int words) =>
        checked(SealHeader.Size + PlaintextOverhead + (words * sizeof(ulong)));

    private static int CiphertextSize(SealParameters parameters, int primes, bool seeded) => checked(
        SealHeader.Size + CiphertextOverhead + ((seeded ? 1 : 2) * primes * parameters.RingDegree * sizeof(ulong))
        + (seeded ? SeedInfoSize : 0));

    private static int CiphertextBodyLimit(SealParameters parameters, int primes) =>
        CiphertextSize(parameters, primes, seeded: false) - SealHeader.Size;

    private static SealParameters ReadParameters(ReadOnlySpan<byte> body)
    {
        SealReader reader = new(body, "parameters");
        byte scheme = reader.Byte("scheme");
        if (scheme != ParametersId.CkksScheme)
        {
            throw reader.Refuse("scheme", $"{scheme}, expected {ParametersId.CkksScheme} (CKKS)");
        }

        ulong degree = reader.Word("poly_modulus_degree");
        ulong count = reader.Word("coeff_modulus_size");
        if (degree > int.MaxValue || SealParameters.MaxLogModulus((int)degree) == 0)
        {
            throw reader.Refuse("poly_modulus_degree", $"{degree}, expected a power of two from 1024 to 32768");
        }

        if (count is 0 or > SealParameters.MaxPrimes)
        {
            throw reader.Refuse("coeff_modulus_size", $"{count}, expected 1 to {SealParameters.MaxPrimes}");
        }

        ulong[] primes = new ulong[SealParameters.MaxPrimes];
        for (int i = 0; i < (int)count; i++)
        {
            reader.NestedHeader("coeff_modulus", ModulusSize);
            primes[i] = reader.Word("coeff_modulus");
        }

        reader.NestedHeader("plain_modulus", ModulusSize);
        reader.Expect("plain_modulus", 0);
        reader.End();
        try
        {
            return new SealParameters((int)degree, ImmutableArray.Create(primes, 0, (int)count));
        }
        catch (ArgumentException exception)
        {
            throw new SealFormatException("parameters.coeff_modulus", exception.Message, exception);
        }
    }

    /// <summary>The id, and how many primes its level has.</summary>
    private static int ReadLevel(ref SealReader reader, SealParameters parameters, bool isKey)
    {
        ParametersId id = reader.Id("parms_id");
        int primes = parameters.PrimesOf(id);
        if (isKey)
        {
            return id == parameters.KeyId ? primes
                : throw reader.Refuse("parms_id", $"{id}, expected {parameters.KeyId}, the keys of {parameters}");
        }

        if (primes == 0 || primes > parameters.DataPrimes)
        {
            throw reader.Refuse("parms_id",
                $"{id} is no data level of {parameters}, whose first is {parameters.DataId}");
        }

        return primes;
    }

    private static double ReadPlaintext(ref SealReader reader, SealParameters parameters, int primes, Span<ulong> words)
    {
        reader.Expect("coeff_count", (ulong)words.Length);
        double scale = ReadScale(ref reader, parameters);
        ReadArray(ref reader, words.Length, words);
        reader.End();
        CheckResidues(ref reader, parameters, primes, words);
        return scale;
    }

    private static void ReadCiphertext(ref SealReader reader, Ciphertext ciphertext)
    {
        SealParameters parameters = ciphertext.Parameters;
        byte form = reader.Byte("is_ntt_form");
        if (form != 1)
        {
            throw reader.Refuse("is_ntt_form", $"{form}, expected 1: CKKS ciphertexts are in evaluation form");
        }

        reader.Expect("size", 2);
        reader.Expect("poly_modulus_degree", (ulong)parameters.RingDegree);
        reader.Expect("coeff_modulus_size", (ulong)ciphertext.Primes);
        ciphertext.Scale = ReadScale(ref reader, parameters);
        reader.Expect("correction_factor", 1);
        int half = ciphertext.Primes * parameters.RingDegree;
        int expected = reader.Remaining == ArrayOverhead + (half * sizeof(ulong)) + SeedInfoSize ? half : 2 * half;
        ciphertext.ForgetSeed();
        ReadArray(ref reader, expected, ciphertext.AllWritable[..expected]);
        CheckResidues(ref reader, parameters, ciphertext.Primes, ciphertext.AllWritable[..expected]);
        if (expected == half)
        {
            reader.NestedHeader("seed", SeedInfoSize);
            byte generator = reader.Byte("seed.prng_type");
            if (generator != Blake2XbGenerator)
            {
                throw reader.Refuse("seed.prng_type",
                    $"{generator}, expected {Blake2XbGenerator} (blake2xb, SEAL's default)");
            }

            ciphertext.ExpandSeed(reader.Take(SealRandomStream.SeedSize, "seed"));
        }

        reader.End();
    }

    private static double ReadScale(ref SealReader reader, SealParameters parameters)
    {
        double scale = reader.Double("scale");
        if (!double.IsFinite(scale) || scale <= 0 || scale >= Math.ScaleB(1.0, parameters.LogModulus))
        {
            throw reader.Refuse("scale", $"{scale:R}, expected a positive number below 2^{parameters.LogModulus}");
        }

        return scale;
    }

    private static void ReadArray(ref SealReader reader, int count, Span<ulong> words)
    {
        reader.NestedHeader("data", ArrayOverhead + (count * sizeof(ulong)));
        reader.Expect("data.count", (ulong)count);
        reader.Words("data", words);
    }

    private static void CheckResidues(ref SealReader reader, SealParameters parameters, int primes,
        ReadOnlySpan<ulong> words)
    {
        for (int i = 0; i < words.Length / parameters.RingDegree; i++)
        {
            if (!parameters.Residues[i % primes].AreCanonical(
                words.Slice(i * parameters.RingDegree, parameters.RingDegree)))
            {
                throw reader.Refuse("data", $"a residue is not below its prime {parameters.Moduli[i % primes]}");
            }
        }
    }

    private static void WritePlaintext(Span<byte> destination, ParametersId id, double scale, ReadOnlySpan<ulong> words)
    {
        SealWriter writer = new(destination);
        writer.Header(destination.Length);
        writer.Id(id);
        writer.Word((ulong)words.Length);
        writer.Double(scale);
        WriteArray(ref writer, words);
    }

    private static void WriteCiphertext(Span<byte> destination, Ciphertext ciphertext, bool seeded)
    {
        if (seeded && !ciphertext.IsSeeded)
        {
            throw new ArgumentException("only fresh symmetric encryptions and public keys have a seed",
                nameof(ciphertext));
        }

        SealWriter writer = new(destination);
        writer.Header(destination.Length);
        writer.Id(ciphertext.Parameters.IdOf(ciphertext.Primes));
        writer.Byte(1);
        writer.Word(2);
        writer.Word((ulong)ciphertext.Parameters.RingDegree);
        writer.Word((ulong)ciphertext.Primes);
        writer.Double(ciphertext.Scale);
        writer.Word(1);
        WriteArray(ref writer, seeded ? ciphertext.Polynomial(0) : ciphertext.Words);
        if (seeded)
        {
            writer.Header(SeedInfoSize);
            writer.Byte(Blake2XbGenerator);
            writer.Bytes(ciphertext.Seed);
        }
    }

    private static void WriteArray(ref SealWriter writer, ReadOnlySpan<ulong> words)
    {
        writer.Header(ArrayOverhead + (words.Length * sizeof(ulong)));
        writer.Word((ulong)words.Length);
        writer.Words(words);
    }
}
