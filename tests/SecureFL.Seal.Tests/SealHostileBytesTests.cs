using System.Buffers.Binary;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Serialization;

namespace SecureFL.Seal.Tests;

/// <summary>
/// Whatever the bytes are: an object of the set, or a refusal that names the field; and no memory beyond what the set
/// itself asks for.
/// </summary>
public sealed class SealHostileBytesTests
{
    private static readonly SealObjects Objects = new(2048, 27, 27);

    [Fact]
    public void Every_truncation_is_refused()
    {
        foreach (SealObjects.Kind kind in Objects.All)
        {
            foreach (int length in Enumerable.Range(0, Math.Min(400, kind.Bytes.Length)).Append(kind.Bytes.Length - 1)
                .Append(kind.Bytes.Length - 81))
            {
                Assert.StartsWith($"{kind.Name}.header", kind.Refusal(kind.Bytes[..length]), StringComparison.Ordinal);
                if (length >= 16)
                {
                    // The same with a header that has been made to fit.
                    Assert.StartsWith($"{kind.Name}.", kind.Refusal(SealObjects.WithHeader(kind.Bytes[..length], 0)),
                        StringComparison.Ordinal);
                    Assert.StartsWith($"{kind.Name}.",
                        kind.Refusal(SealObjects.Wrap(kind.Bytes.AsSpan(16, length - 16), SealCompression.Zlib)),
                        StringComparison.Ordinal);
                }
            }

            Assert.Equal($"{kind.Name}.header.size", kind.Refusal([.. kind.Bytes, 0]));
            string longer = kind.Refusal(SealObjects.WithHeader([.. kind.Bytes, 0], 0));
            Assert.True(longer == $"{kind.Name}.size" || longer == "ciphertext.data.header.size"
                || longer == "public_key.data.header.size", longer);
        }
    }

    [Fact]
    public void Outer_headers_are_checked()
    {
        foreach (SealObjects.Kind kind in Objects.All)
        {
            Assert.Equal($"{kind.Name}.header.magic", kind.RefusalWith(0, 0x5F));
            Assert.Equal($"{kind.Name}.header.header_size", kind.RefusalWith(2, 17));
            Assert.Equal($"{kind.Name}.header.version", kind.RefusalWith(3, 3));
            Assert.Equal($"{kind.Name}.header.compr_mode", kind.RefusalWith(5, 3));
            Assert.Equal($"{kind.Name}.zlib", kind.RefusalWith(5, 1));
            Assert.Equal($"{kind.Name}.zstd", kind.RefusalWith(5, 2));
            Assert.Equal($"{kind.Name}.header.size", kind.RefusalWithWord(8, ulong.MaxValue));
            Assert.Equal($"{kind.Name}.header.size", kind.RefusalWithWord(8, 16));
        }
    }

    [Fact]
    public void Every_field_of_parameters_is_checked()
    {
        SealObjects.Kind kind = Objects.All[0];
        Assert.Equal("parameters.scheme", kind.RefusalWith(16, 1));
        Assert.Equal("parameters.poly_modulus_degree", kind.RefusalWithWord(17, 1UL << 60));
        Assert.Equal("parameters.poly_modulus_degree", kind.RefusalWithWord(17, 2047));
        Assert.Equal("parameters.coeff_modulus_size", kind.RefusalWithWord(25, 0));
        Assert.Equal("parameters.coeff_modulus_size", kind.RefusalWithWord(25, 65));
        Assert.Equal("parameters.coeff_modulus_size", kind.RefusalWithWord(25, ulong.MaxValue));
        Assert.Equal("parameters.plain_modulus", kind.RefusalWithWord(25, 1));
        Assert.Equal("parameters.plain_modulus.header", kind.RefusalWithWord(25, 3));
        Assert.Equal("parameters.coeff_modulus.header.size", kind.RefusalWithWord(33 + 8, 1UL << 40));
        Assert.Equal("parameters.coeff_modulus.header.compr_mode", kind.RefusalWith(33 + 5, 1));
        Assert.Equal("parameters.coeff_modulus.header.magic", kind.RefusalWith(33, 0));
        Assert.Equal("parameters.coeff_modulus", kind.RefusalWithWord(33 + 16, 0));
        Assert.Equal("parameters.coeff_modulus", kind.RefusalWithWord(33 + 16, 1UL << 50));
        Assert.Equal("parameters.coeff_modulus", kind.RefusalWith(33 + 16, kind.Bytes[(33 + 24 + 16)..(33 + 48)]));
        Assert.Equal("parameters.plain_modulus", kind.RefusalWithWord(33 + 48 + 16, 1));
    }

    [Fact]
    public void Every_field_of_ciphertexts_and_public_keys_is_checked()
    {
        foreach (SealObjects.Kind kind in Objects.All.Where(kind => kind.Name is "ciphertext" or "public_key"))
        {
            string other = kind.Name == "ciphertext" ? "public_key" : "ciphertext";
            byte[] otherId = Objects.All.First(candidate => candidate.Name == other).Bytes[16..48];
            Assert.Equal($"{kind.Name}.parms_id", kind.RefusalWith(16, (byte)(kind.Bytes[16] ^ 1)));
            Assert.Equal($"{kind.Name}.parms_id", kind.RefusalWith(16, otherId));
            Assert.Equal($"{kind.Name}.is_ntt_form", kind.RefusalWith(48, 0));
            Assert.Equal($"{kind.Name}.size", kind.RefusalWithWord(49, 3));
            Assert.Equal($"{kind.Name}.size", kind.RefusalWithWord(49, ulong.MaxValue));
            Assert.Equal($"{kind.Name}.poly_modulus_degree", kind.RefusalWithWord(57, 4096));
            Assert.Equal($"{kind.Name}.coeff_modulus_size", kind.RefusalWithWord(65, 9));
            foreach (double scale in new[] { 0, -1, double.NaN, double.PositiveInfinity, 1e300 })
            {
                Assert.Equal($"{kind.Name}.scale", kind.RefusalWith(73, BitConverter.GetBytes(scale)));
            }

            Assert.Equal($"{kind.Name}.correction_factor", kind.RefusalWithWord(81, 2));
            Assert.Equal($"{kind.Name}.data.header.size", kind.RefusalWithWord(89 + 8, 1UL << 60));
            Assert.Equal($"{kind.Name}.data.header.compr_mode", kind.RefusalWith(89 + 5, 1));
            Assert.Equal($"{kind.Name}.data.count", kind.RefusalWithWord(105, 1UL << 60));
            Assert.Equal($"{kind.Name}.data", kind.RefusalWithWord(113, Objects.Parameters.Moduli[0].Value));
            Assert.Equal($"{kind.Name}.data", kind.RefusalWithWord(113 + (8 * 2047), ulong.MaxValue));
        }

        foreach (SealObjects.Kind kind in new[] { Objects.Seeded, Objects.All[5] })
        {
            int seed = kind.Bytes.Length - 81;
            Assert.Equal($"{kind.Name}.seed.header.size", kind.RefusalWithWord(seed + 8, 80));
            Assert.Equal($"{kind.Name}.seed.header.compr_mode", kind.RefusalWith(seed + 5, 2));
            Assert.Equal($"{kind.Name}.seed.prng_type", kind.RefusalWith(seed + 16, 2));
        }
    }

    [Fact]
    public void Every_field_of_plaintexts_and_secret_keys_is_checked()
    {
        foreach (SealObjects.Kind kind in new[] { Objects.All[1], Objects.All[6] })
        {
            Assert.Equal($"{kind.Name}.parms_id", kind.RefusalWith(16, new byte[32]));
            Assert.Equal($"{kind.Name}.coeff_count", kind.RefusalWithWord(48, 1UL << 50));
            Assert.Equal($"{kind.Name}.scale", kind.RefusalWithWord(56, 0));
            Assert.Equal($"{kind.Name}.data.header.size", kind.RefusalWithWord(64 + 8, 24));
            Assert.Equal($"{kind.Name}.data.count", kind.RefusalWithWord(80, 0));
            Assert.Equal($"{kind.Name}.data", kind.RefusalWithWord(88, ulong.MaxValue));
        }
    }

    /// <summary>The second data prime's residues are checked against the second prime.</summary>
    [Fact]
    public void Residues_are_checked_against_their_own_prime()
    {
        SealObjects objects = new(4096, 40, 20, 40);
        ulong small = objects.Parameters.Moduli[1].Value;
        Assert.Equal("ciphertext.data", objects.Ciphertext.RefusalWithWord(113 + (8 * 4096), small));
        Assert.Equal("ciphertext.data", objects.Ciphertext.RefusalWithWord(113 + (8 * 3 * 4096), small));
        byte[] bytes = [.. objects.Ciphertext.Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(113), small);
        objects.Ciphertext.Load(bytes);
    }

    [Fact]
    public void Decompression_stops_at_what_the_set_asks_for()
    {
        foreach (SealObjects.Kind kind in Objects.All)
        {
            foreach (SealCompression compression in (SealCompression[])[SealCompression.Zlib, SealCompression.Zstd])
            {
                // 8 MB of zeros in 8 KB or less: few enough compressed bytes for every kind but zlib parameters.
                byte[] bomb = SealObjects.Wrap(new byte[1 << 23], compression);
                byte[] small = SealObjects.Wrap(new byte[kind.Bytes.Length - 15], compression);
                kind.Load(SealObjects.Compress(kind.Bytes, compression));
                Assert.Equal(
                    kind.Name == "parameters" && compression == SealCompression.Zlib
                        ? "parameters.header.size" : $"{kind.Name}.size",
                    AllocatingAtMost(1 << 20, () => kind.Refusal(bomb)));
                Assert.StartsWith($"{kind.Name}.", kind.Refusal(small), StringComparison.Ordinal);
                byte[] stuffed =
                    SealObjects.WithHeader(new byte[(2 * kind.Bytes.Length) + 8192], (byte)compression);
                Assert.StartsWith($"{kind.Name}.", kind.Refusal(stuffed), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_by_what_the_bytes_say()
    {
        // A ciphertext of this set is 32 KB; claims of exabytes cost no more than an honest one.
        byte[] lie = [.. Objects.Ciphertext.Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(lie.AsSpan(105), 1UL << 60);
        AllocatingAtMost(1 << 17, () => Objects.Ciphertext.Refusal(lie));
        Ciphertext destination = new(Objects.Parameters);
        AllocatingAtMost(1 << 14,
            () => Assert.Throws<SealFormatException>(() => SealFormat.LoadCiphertext(lie, destination)).Field);
        byte[] degree = [.. Objects.All[0].Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(degree.AsSpan(17), 1UL << 62);
        AllocatingAtMost(1 << 14, () => Objects.All[0].Refusal(degree));
    }

    /// <summary>10^6 mutated inputs, fixed seed: every one loads or is refused with a field.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public void A_million_mutations_load_or_are_refused()
    {
        const int Mutations = 1_000_000;
        SealObjects objects = new(1024, 27);
        // Every kind plain, compressed ones too; keys and seeds, which cost most to load, less often.
        (string Name, byte[] Bytes, Action<byte[]> Load)[] corpus =
        [
            .. objects.All.Select(kind => (kind.Name, kind.Bytes, kind.Load)),
            .. from kind in objects.All
               from compression in (SealCompression[])[SealCompression.Zlib, SealCompression.Zstd]
               select (kind.Name, SealObjects.Compress(kind.Bytes, compression), kind.Load),
        ];
        Ciphertext destination = new(objects.Parameters);
        Action<byte[]> reload = bytes => SealFormat.LoadCiphertext(bytes, destination);
        Random random = new(20240601);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            (string name, byte[] original, Action<byte[]> load) = i % 4 == 0 ? corpus[random.Next(corpus.Length)]
                : ("ciphertext", corpus[random.Next(2, 4)].Bytes, reload);
            byte[] mutated = Mutate(original, random);
            try
            {
                load(mutated);
            }
            catch (SealFormatException exception)
            {
                refused++;
                Assert.StartsWith($"{name}.", exception.Field, StringComparison.Ordinal);
            }
        }

        // Most mutations hit checked fields; those that hit residues, seeds and reserved bytes load.
        Assert.InRange(refused, Mutations / 2, Mutations - 1000);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        switch (random.Next(8))
        {
            case 0:
                bytes = bytes[..random.Next(bytes.Length)];
                break;
            case 1:
                bytes = [.. bytes, .. new byte[random.Next(1, 100)]];
                break;
            case 2:
                int from = random.Next(bytes.Length);
                bytes.AsSpan(from, Math.Min(random.Next(1, 64), bytes.Length - from))
                    .CopyTo(
                        bytes.AsSpan(
                            random.Next(Math.Min(bytes.Length, 200) - 64 > 0 ? Math.Min(bytes.Length, 200) - 64 : 1)));
                break;
            default:
                for (int count = random.Next(1, 5); count > 0; count--)
                {
                    int at = random.Next(3) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(bytes.Length, 160));
                    bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256)
                        : (byte)(bytes[at] ^ (1 << random.Next(8)));
                }

                break;
        }

        // Half of what changed its size says so in its header, to get past the first check.
        return bytes.Length != original.Length && bytes.Length >= 16 && random.Next(2) == 0
            ? SealObjects.WithHeader(bytes, original[5]) : bytes;
    }

    private static string AllocatingAtMost(long limit, Func<string> refusal)
    {
        refusal();
        long before = GC.GetAllocatedBytesForCurrentThread();
        string field = refusal();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, limit);
        return field;
    }
}
