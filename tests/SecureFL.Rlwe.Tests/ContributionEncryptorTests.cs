using System.Runtime.CompilerServices;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

[Collection(Alone.Name)]
public sealed class ContributionEncryptorTests
{
    private static readonly AggregationParameters Parameters = ParameterSets.Plan(2500, 8, 10, integers: 20);

    [Fact]
    public void A_mask_is_used_once_however_it_is_asked_for()
    {
        using ContributionEncryptor encryptor = Create();
        byte[] packed = new byte[Parameters.ChunkBytes];
        Encrypt(encryptor, 0, packed);
        Assert.Throws<InvalidOperationException>(() => Encrypt(encryptor, 0, packed));
        Assert.Throws<InvalidOperationException>(() => encryptor.PrepareMask(0));
        encryptor.PrepareMask(1);
        Assert.Throws<InvalidOperationException>(() => encryptor.PrepareMask(1));
        Encrypt(encryptor, 1, packed);
        Assert.Throws<InvalidOperationException>(() => Encrypt(encryptor, 1, packed));
        Assert.Throws<InvalidOperationException>(() => encryptor.PrepareMask(1));

        using ContributionEncryptor worker = encryptor.CreateWorker();
        Assert.Throws<InvalidOperationException>(() => Encrypt(worker, 0, packed));
        worker.PrepareMask(2);
        Encrypt(encryptor, 2, packed);
        Assert.Throws<InvalidOperationException>(() => Encrypt(worker, 2, packed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_prepared_mask_is_as_good(bool prepare)
    {
        RoundTrip.Upload upload = RoundTrip.Create(Parameters, 3, prepare: prepare);
        using ContributionAccumulator accumulator = new(Parameters);
        for (long chunk = 0; chunk < Parameters.ChunkCount; chunk++)
        {
            accumulator.Add(chunk, RoundTrip.Chunk(Parameters, upload.Packed, chunk));
        }

        Assert.Equal(upload.Quantised, RoundTrip.Open(accumulator, upload.Secret, out bool inside));
        Assert.True(inside);
    }

    [Fact]
    public void Many_threads_make_one_contribution()
    {
        AggregationParameters parameters = ParameterSets.Plan(60_000, 8, 10);
        using TestEntropy entropy = new(1);
        using ContributionEncryptor encryptor = new(parameters, ParameterSets.Seed, entropy, Rounding.Nearest, 1);
        int[] secret = new int[parameters.RingDegree];
        encryptor.ExportSecret(secret);
        byte[] packed = new byte[parameters.CiphertextBytes];
        int refused = 0;
        Parallel.For(0, 4, thread =>
        {
            using ContributionEncryptor worker = encryptor.CreateWorker();
            for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
            {
                byte[] mine = new byte[parameters.ChunkBytes];
                float[] values = [.. Enumerable.Repeat((chunk % 7) / 10f, parameters.FloatsIn(chunk))];
                try
                {
                    worker.EncryptChunk(chunk, values, [], mine);
                    mine.CopyTo(RoundTrip.Chunk(parameters, packed, chunk));
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });
        Assert.Equal(3 * parameters.ChunkCount, refused);
        using ContributionAccumulator accumulator = new(parameters);
        for (long chunk = 0; chunk < parameters.ChunkCount; chunk++)
        {
            accumulator.Add(chunk, RoundTrip.Chunk(parameters, packed, chunk));
        }

        long[] sums = RoundTrip.Open(accumulator, secret, out _);
        Assert.All(sums.Select((sum, i) => (sum, chunk: i / parameters.ElementsPerChunk)),
            x => Assert.Equal((long)MathF.Round(x.chunk % 7 / 10f * 127), x.sum));
    }

    [Fact]
    public void Wrong_lengths_and_places_are_refused_before_anything_is_spent()
    {
        using ContributionEncryptor encryptor = Create();
        byte[] packed = new byte[Parameters.ChunkBytes];
        float[] floats = new float[Parameters.FloatsIn(0)];
        Assert.Throws<ArgumentException>(() => encryptor.EncryptChunk(0, floats.AsSpan(1), [], packed));
        Assert.Throws<ArgumentException>(() => encryptor.EncryptChunk(0, floats, [1], packed));
        Assert.Throws<ArgumentException>(() => encryptor.EncryptChunk(0, floats, [], packed.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => encryptor.EncryptChunk(0, floats, [], new byte[packed.Length + 8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => encryptor.EncryptChunk(-1, floats, [], packed));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => encryptor.EncryptChunk(Parameters.ChunkCount, floats, [], packed));
        Assert.Throws<ArgumentOutOfRangeException>(() => encryptor.PrepareMask(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => encryptor.PrepareMask(Parameters.ChunkCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => encryptor.PrepareMask(long.MaxValue));
        Assert.Throws<ArgumentException>(() => encryptor.ExportSecret(new int[Parameters.RingDegree - 1]));
        Assert.Throws<ArgumentException>(
            () => new ContributionEncryptor(Parameters, new byte[31], SystemEntropy.Instance));
        encryptor.EncryptChunk(0, floats, [], packed);
    }

    [Fact]
    public void Integers_out_of_range_are_refused_before_anything_is_spent()
    {
        using ContributionEncryptor encryptor = Create();
        byte[] packed = new byte[Parameters.ChunkBytes];
        long last = Parameters.ChunkCount - 1;
        float[] floats = new float[Parameters.FloatsIn(last)];
        int[] integers = new int[Parameters.IntegersIn(last)];
        foreach (int bad in new[] { 128, -128, int.MaxValue, int.MinValue })
        {
            integers[^1] = bad;
            Assert.Throws<ArgumentException>(() => encryptor.EncryptChunk(last, floats, integers, packed));
        }

        integers[^1] = -127;
        encryptor.EncryptChunk(last, floats, integers, packed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Not_finite_names_the_index_in_the_vector_clears_the_output_and_spends_the_mask(bool prepare)
    {
        using ContributionEncryptor encryptor = Create();
        byte[] packed = [.. Enumerable.Repeat((byte)7, Parameters.ChunkBytes)];
        float[] floats = new float[Parameters.FloatsIn(1)];
        floats[5] = float.NaN;
        SecretBuffer<ulong>? prepared = null;
        if (prepare)
        {
            encryptor.PrepareMask(1);
            prepared = Prepared(Store(encryptor))[1];
            Assert.True(prepared.Span.IndexOfAnyExcept(0UL) >= 0);
        }

        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => encryptor.EncryptChunk(1, floats, [], packed));
        Assert.Contains($"element {Parameters.ElementsPerChunk + 5} ", refusal.Message, StringComparison.Ordinal);
        Assert.True(packed.AsSpan().IndexOfAnyExcept((byte)0) < 0);
        Assert.True(prepared is null || prepared.Span.IndexOfAnyExcept(0UL) < 0);
        floats[5] = 0;
        Assert.Throws<InvalidOperationException>(() => encryptor.EncryptChunk(1, floats, [], packed));
        Assert.Contains("element 5 ",
            Assert.Throws<ArgumentException>(
                () => ContributionEncryptor.RequireFinite([0, 0, 0, 0, 0, float.PositiveInfinity])).Message,
                StringComparison.Ordinal);
        ContributionEncryptor.RequireFinite(floats);
    }

    [Fact]
    public void A_prepared_mask_is_erased_by_its_use()
    {
        using ContributionEncryptor encryptor = Create();
        encryptor.PrepareMask(1);
        SecretBuffer<ulong> prepared = Prepared(Store(encryptor))[1];
        Assert.True(prepared.Span.IndexOfAnyExcept(0UL) >= 0);
        Encrypt(encryptor, 1, new byte[Parameters.ChunkBytes]);
        Assert.True(prepared.Span.IndexOfAnyExcept(0UL) < 0);
    }

    [Fact]
    public void Disposal_erases_key_and_masks()
    {
        ContributionEncryptor encryptor = Create();
        byte[] packed = new byte[Parameters.ChunkBytes];
        Encrypt(encryptor, 0, packed);
        encryptor.PrepareMask(1);
        Span<int> secret = Secret(encryptor).Span;
        Span<ulong> mask = Mask(encryptor).Span;
        Span<ulong> prepared = Prepared(Store(encryptor))[1].Span;
        Assert.True(secret.IndexOfAnyExcept(0) >= 0 && mask.IndexOfAnyExcept(0UL) >= 0
            && prepared.IndexOfAnyExcept(0UL) >= 0);
        encryptor.Dispose();
        Assert.True(secret.IndexOfAnyExcept(0) < 0 && mask.IndexOfAnyExcept(0UL) < 0
            && prepared.IndexOfAnyExcept(0UL) < 0);
        Assert.Throws<ObjectDisposedException>(() => Encrypt(encryptor, 2, packed));
        Assert.Throws<ObjectDisposedException>(() => encryptor.ExportSecret(new int[Parameters.RingDegree]));
        Assert.Equal(typeof(ContributionEncryptor).FullName, encryptor.ToString());
    }

    [Fact]
    public void The_key_is_small_and_fresh()
    {
        int[] one = new int[Parameters.RingDegree];
        int[] two = new int[Parameters.RingDegree];
        using (ContributionEncryptor a = new(Parameters, ParameterSets.Seed, SystemEntropy.Instance))
        using (ContributionEncryptor b = new(Parameters, ParameterSets.Seed, SystemEntropy.Instance))
        {
            a.ExportSecret(one);
            b.ExportSecret(two);
        }

        Assert.All(one, s => Assert.InRange(s, -80, 80));
        Assert.NotEqual(one, two);
        // N samples of deviation 6.4: the mean square is within eight of its own deviations sqrt(2/N) but for a chance
        // below 10^-9.
        Assert.InRange(one.Average(s => (double)s * s) / (6.4 * 6.4), 1 - (8 * Math.Sqrt(2.0 / one.Length)),
            1 + (8 * Math.Sqrt(2.0 / one.Length)));
    }

    /// <summary>A user's rounding seed governs rounding only: keys and errors, hence ciphertexts, differ.</summary>
    [Fact]
    public void The_rounding_seed_governs_rounding_only()
    {
        byte[] one = new byte[Parameters.ChunkBytes];
        byte[] two = new byte[Parameters.ChunkBytes];
        foreach (byte[] packed in new[] { one, two })
        {
            using ContributionEncryptor encryptor =
                new(Parameters, ParameterSets.Seed, SystemEntropy.Instance, Rounding.Stochastic, 5);
            Encrypt(encryptor, 0, packed);
        }

        Assert.NotEqual(one, two);
    }

    [Fact]
    public void Clipped_values_are_counted()
    {
        using ContributionEncryptor encryptor = Create();
        float[] floats = new float[Parameters.FloatsIn(0)];
        floats[0] = 1f;
        floats[1] = 1.5f;
        floats[2] = -100f;
        encryptor.EncryptChunk(0, floats, [], new byte[Parameters.ChunkBytes]);
        Assert.Equal(2, encryptor.ClippedCount);
    }

    private static ContributionEncryptor Create() =>
        new(Parameters, ParameterSets.Seed, SystemEntropy.Instance, Rounding.Nearest);

    private static void Encrypt(ContributionEncryptor encryptor, long chunk, byte[] packed) =>
        encryptor.EncryptChunk(chunk, new float[Parameters.FloatsIn(chunk)],
            new int[Parameters.IntegersIn(chunk)], packed);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_secret")]
    private static extern ref SecretBuffer<int> Secret(ContributionEncryptor encryptor);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_mask")]
    private static extern ref SecretBuffer<ulong> Mask(ContributionEncryptor encryptor);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_store")]
    private static extern ref MaskStore Store(ContributionEncryptor encryptor);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_prepared")]
    private static extern ref Dictionary<long, SecretBuffer<ulong>> Prepared(MaskStore store);
}
