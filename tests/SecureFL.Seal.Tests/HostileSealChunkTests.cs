using System.Buffers.Binary;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Tests;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Seal.Tests;

/// <summary>
/// Chunks in SEAL's format from a hostile peer: a typed refusal that names the field, or the same chunk; never anything
/// else.
/// </summary>
public sealed class HostileSealChunkTests
{
    private const int HeaderBytes = 113;

    private static readonly AggregationParameters Parameters = SealWireTests.Plan(100, 8, 3);
    private static readonly byte[] Packed = MakePacked();
    private static readonly byte[] Wire = MakeWire();
    private readonly SealChunkCodec _codec = new(Parameters);
    private readonly byte[] _packed = new byte[Parameters.ChunkBytes];

    // Offsets of the layout (SEAL 4.1): header 16, parms_id 32, is_ntt_form 1, size, degree, primes, scale,
    // correction_factor 8 each, array header 16, count 8, words.
    [Theory]
    [InlineData(0, 1, "header.magic")]
    [InlineData(2, 1, "header.header_size")]
    [InlineData(3, 1, "header.version")]
    [InlineData(5, 1, "header.compr_mode")]
    [InlineData(8, 1, "header.size")]
    [InlineData(16, 8, "parms_id")]
    [InlineData(47, 1, "parms_id")]
    [InlineData(48, 1, "is_ntt_form")]
    [InlineData(49, 8, "size")]
    [InlineData(57, 8, "poly_modulus_degree")]
    [InlineData(65, 8, "coeff_modulus_size")]
    [InlineData(73, 8, "scale")]
    [InlineData(81, 8, "correction_factor")]
    [InlineData(89, 1, "data.header")]
    [InlineData(97, 8, "data.header")]
    [InlineData(105, 8, "data.count")]
    public void Every_field_is_held_to_the_plan(int offset, int bytes, string field)
    {
        byte[] hostile = [.. Wire];
        for (int i = 0; i < bytes; i++)
        {
            hostile[offset + i] ^= 0x55;
        }

        Assert.StartsWith($"ciphertext.{field}", Refusal(hostile).Field, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_every_prime_the_first_residue_that_is_too_large_is_refused()
    {
        int degree = Parameters.RingDegree;
        for (int polynomial = 0; polynomial < 2; polynomial++)
        {
            for (int prime = 0; prime < Parameters.Primes.Length; prime++)
            {
                int at = HeaderBytes
                    + (8 * ((((polynomial * Parameters.Primes.Length) + prime) * degree) + (prime * 101)));
                byte[] hostile = [.. Wire];
                BinaryPrimitives.WriteUInt64LittleEndian(hostile.AsSpan(at), Parameters.Primes[prime]);
                Assert.Equal("ciphertext.data", Refusal(hostile).Field);
                BinaryPrimitives.WriteUInt64LittleEndian(hostile.AsSpan(at), Parameters.Primes[prime] - 1);
                Assert.Null(TryRead(hostile, out byte[] packed));
                Assert.NotEqual(Packed, packed);
            }
        }
    }

    /// <summary>
    /// Right SEAL ciphertexts that this plan does not have: another level, another scale, compressed, seeded, of other
    /// primes.
    /// </summary>
    [Fact]
    public void Good_objects_of_other_plans_are_refused()
    {
        SealParameters seal = Parameters.ToSeal();
        Ciphertext good = SealFormat.LoadCiphertext(seal, Wire);
        byte[] zlib = SealFormat.Save(good, SealCompression.Zlib);
        Assert.Equal("ciphertext.size", Refusal(zlib).Field);
        Assert.Equal("ciphertext.header.compr_mode", Refusal([.. zlib, .. new byte[Wire.Length - zlib.Length]]).Field);
        byte[] zstd = SealFormat.Save(good, SealCompression.Zstd);
        Assert.Equal("ciphertext.size", Refusal(zstd).Field);
        Assert.Equal("ciphertext.header.compr_mode", Refusal([.. zstd, .. new byte[Wire.Length - zstd.Length]]).Field);
        Assert.Equal("ciphertext.size", Refusal(Wire[..^1]).Field);
        Assert.Equal("ciphertext.size", Refusal([.. Wire, 0]).Field);
        Assert.Equal("ciphertext.size", Refusal([]).Field);
        byte[] scale = [.. Wire];
        BinaryPrimitives.WriteDoubleLittleEndian(scale.AsSpan(73), Math.ScaleB(1, Parameters.LogDelta - 1));
        Assert.Equal("ciphertext.scale", Refusal(scale).Field);

        // The key level's id: a public key's, over all primes.
        byte[] key = [.. Wire];
        SealFormat.Save(seal).CopyTo(key, HeaderBytes);
        string id = seal.KeyId.ToString();
        for (int word = 0; word < 4; word++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(16 + (8 * word)),
                Convert.ToUInt64(id.Substring(16 * word, 16), 16));
            key.AsSpan(16 + (8 * word), 8).Reverse();
        }

        Assert.Equal("ciphertext.parms_id", Refusal(key).Field);
        SealParameters other = SealParameters.Create(seal.RingDegree, [.. seal.Moduli.Select(p => p.Bits + 1)]);
        Ciphertext foreign = new(other);
        Assert.Equal("ciphertext.parms_id", Refusal(SealFormat.Save(foreign)).Field);
    }

    /// <summary>
    /// Every value of every header byte, random damage to headers, random damage anywhere: above 10^5 inputs in all.
    /// </summary>
    [Fact]
    public void Damaged_bytes_give_typed_refusals_or_the_same_chunk()
    {
        byte[] hostile = [.. Wire];
        int refused = 0;
        int harmless = 0;
        for (int at = 0; at < HeaderBytes; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                hostile[at] = (byte)value;
                Check(sameChunk: true);
            }

            hostile[at] = Wire[at];
        }

        Random random = new(11);
        for (int round = 0; round < 75_000; round++)
        {
            int[] places = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(HeaderBytes))];
            Array.ForEach(places, at => hostile[at] = (byte)random.Next(256));
            Check(sameChunk: true);
            Array.ForEach(places, at => hostile[at] = Wire[at]);
        }

        for (int round = 0; round < 1000; round++)
        {
            int at = random.Next(HeaderBytes, hostile.Length);
            hostile[at] ^= (byte)(1 << random.Next(8));
            Check(sameChunk: false);
            hostile[at] = Wire[at];
        }

        for (int round = 0; round < 1000; round++)
        {
            Assert.Equal("ciphertext.size", Refusal(Wire[..random.Next(Wire.Length)]).Field);
        }

        // What a SEAL of another minor version or its unchecked reserved bytes say is no difference; all else is a
        // refusal.
        Assert.InRange(harmless, 800, 6000);
        Assert.True(refused > 95_000, $"{refused} refused, {harmless} harmless");

        void Check(bool sameChunk)
        {
            if (TryRead(hostile, out byte[] packed) is { } refusal)
            {
                Assert.StartsWith("ciphertext.", refusal.Field, StringComparison.Ordinal);
                refused++;
                return;
            }

            harmless++;
            Assert.Equal(sameChunk, packed.AsSpan().SequenceEqual(Packed));
        }
    }

    private SealFormatException Refusal(byte[] wire) =>
        TryRead(wire, out _) ?? throw new Xunit.Sdk.XunitException("hostile bytes were taken");

    private SealFormatException? TryRead(ReadOnlySpan<byte> wire, out byte[] packed)
    {
        packed = _packed;
        try
        {
            _codec.Pack(wire, packed);
            return null;
        }
        catch (SealFormatException refusal)
        {
            return refusal;
        }
    }

    private static byte[] MakePacked()
    {
        using JointKeyCeremony ceremony = new(Parameters);
        return ceremony.Encrypt(1).Packed;
    }

    private static byte[] MakeWire()
    {
        byte[] wire = new byte[Parameters.WireChunkBytes];
        new SealChunkCodec(Parameters).Unpack(Packed, wire);
        return wire;
    }
}
