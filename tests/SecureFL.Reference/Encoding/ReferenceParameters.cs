using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>The arithmetic parameters of section 2, without checks: the vectors also need wrong ones.</summary>
internal sealed record ReferenceParameters
{
    public required int Degree { get; init; }

    public required ulong[] Primes { get; init; }

    public required int LogDelta { get; init; }

    /// <summary>1: centred binomial of 42 coins; 2: discrete Gaussian of deviation 6.4.</summary>
    public required int Errors { get; init; }

    public required long[] Radices { get; init; }

    public required long FloatLength { get; init; }

    public required int IntegerLength { get; init; }

    public required int Bits { get; init; }

    public required float Clip { get; init; }

    public required int MaxClients { get; init; }

    /// <summary>What the joint-key suite adds (section 11); null otherwise.</summary>
    public ReferenceJointKey? JointKey { get; init; }

    public int MaxQuantised => (1 << (Bits - 1)) - 1;

    public int ElementsPerChunk => Degree * Radices.Length;

    public int ChunkCount => (int)((FloatLength + IntegerLength + ElementsPerChunk - 1) / ElementsPerChunk);

    public int ChunkBytes => Primes.Sum(p => Degree * PublicPolynomial.BitLength(p) / 8);

    public BigInteger Modulus => Primes.Aggregate(BigInteger.One, (q, p) => q * p);

    public void Write(Canonical to)
    {
        to.U32(Degree).U32(Primes.Length);
        foreach (ulong prime in Primes)
        {
            to.U64(prime);
        }

        to.U32(LogDelta).U8(Errors).U32(Radices.Length);
        foreach (long radix in Radices)
        {
            to.I64(radix);
        }

        to.I64(FloatLength).U32(IntegerLength).U32(Bits).U32(BitConverter.SingleToUInt32Bits(Clip)).U32(MaxClients);
        JointKey?.Write(to);
    }

    /// <summary>Section 2.5: the digests that objects of one round carry in memory; little-endian words.</summary>
    public byte[] Digest()
    {
        byte[] ckks = SHA256.HashData(
        [
            .. "SecureFL v2 ckks-parameters"u8,
            .. Words([(ulong)Degree, (ulong)LogDelta, (ulong)Errors, .. Primes]),
        ]);
        return SHA256.HashData(
        [
            .. "SecureFL v2 aggregation-parameters"u8,
            .. ckks,
            .. Words(
            [
                (ulong)FloatLength, (ulong)IntegerLength, (ulong)Bits, (ulong)BitConverter.SingleToInt32Bits(Clip),
                (ulong)MaxClients,
                (ulong)Radices.Length, .. Radices.Select(r => (ulong)r),
            ]),
        ]);
    }

    public JsonObject ToJson() => new()
    {
        ["ringDegree"] = Degree,
        ["primes"] = new JsonArray([.. Primes.Select(p => (JsonNode)p)]),
        ["logDelta"] = LogDelta,
        ["errors"] = Errors,
        ["radices"] = new JsonArray([.. Radices.Select(r => (JsonNode)r)]),
        ["floatLength"] = FloatLength,
        ["integerLength"] = IntegerLength,
        ["bits"] = Bits,
        ["clipBits"] = BitConverter.SingleToUInt32Bits(Clip),
        ["maxClients"] = MaxClients,
    };

    private static byte[] Words(ulong[] words) => [.. words.SelectMany(word =>
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        return bytes;
    })];
}
