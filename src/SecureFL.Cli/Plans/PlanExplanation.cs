using System.Globalization;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Cli.Plans;

/// <summary>A plan's numbers in words.</summary>
internal static class PlanExplanation
{
    internal static string Of(AggregationParameters p, Quorum quorum, int minClients) => string.Create(
        CultureInfo.InvariantCulture, $"""
        sum of        {minClients} to {p.MaxClients} vectors of {p.FloatLength} values, each clipped to [-{p.Clip}, {p.Clip}] and quantised to {p.Bits} bits (step {p.Step:G4})
        ring          degree N = {p.RingDegree}, q of {string.Join(" + ", p.Ckks.Moduli.Select(m => m.Bits))} = {p.Ckks.CoefficientBits} bits, scale 2^{p.LogDelta}, {p.Ckks.Error} errors
        primes        {string.Join(" ", p.Primes)}
        lanes         {p.Lanes} of radix {p.Layout.Radices[0]}: {p.ElementsPerChunk} values a chunk of {p.WireChunkBytes} bytes, {p.ChunkCount} chunk(s)
        upload        {p.UploadBytes} bytes of ciphertext a client, {(double)p.UploadBytes / p.VectorLength:F3} a value (float32: 4; information floor: {Math.Log2(p.Layout.Radices[0]) / 8:F3})
        {(p.JointKey is { } key ? Joint(p, key) : Shares(p))}
        security      {p.SecurityBits} bits, classical: q{(p.TravelsAsSeal ? " times the special prime" : string.Empty)} within the limit of ePrint 2024/463 for {(p.JointKey is null ? "Gaussian" : "ternary")} secrets
        exactness     the opened sum equals the integer sum of the quantised values; a rounding is wrong with probability below 2^-128
        {quorum.Describe()}

        """);

    private static string Shares(AggregationParameters p) =>
        string.Create(CultureInfo.InvariantCulture,
            $"shares        {AggregationPlanner.ShareBytes(p.RingDegree)} bytes a client and key holder, whatever "
            + $"the model's size");

    private static string Joint(AggregationParameters p, JointKeyParameters key) => string.Create(
        CultureInfo.InvariantCulture, $"""
        suite         joint-key: {key.Threshold} of {key.KeyHolders} key holders decrypt, {key.MaxCoefficientsPerKey / p.CoefficientsPerOpening} sums a key; hidden to statistical distance 2^-{key.Smudging}, not 128 bits
        wire          {(key.Wire == WireMode.Seal ? $"SEAL 4.1 ciphertexts, special prime {key.SpecialPrime}: any SEAL program can encrypt" : "bit-packed residues")}
        holders       each takes {p.Polynomials * LinearDigestParameters.DigestBytes} bytes of digests a client; an active one, once, the sum of up to {p.ChunkCount * SummedChunkPacking.Bytes(p, p.MaxClients)}, and answers with {p.ChunkCount * p.PolynomialBytes}
        ASSUMED       no client colludes with the server
        """);

    internal static object Facts(AggregationParameters p) => new
    {
        Schema = 1,
        p.RingDegree,
        p.Primes,
        LogScale = p.LogDelta,
        p.Lanes,
        LaneRadix = p.Layout.Radices[0],
        p.ChunkCount,
        ChunkBytes = p.WireChunkBytes,
        CiphertextBytes = p.UploadBytes,
        BytesPerValue = (double)p.UploadBytes / p.VectorLength,
        ShareBytes = p.JointKey is null ? AggregationPlanner.ShareBytes(p.RingDegree) : 0,
        p.SecurityBits,
        Errors = p.Ckks.Error.ToString(),
        JointKey = p.JointKey is not { } key ? null : new
        {
            key.KeyHolders,
            key.Threshold,
            key.Smudging,
            key.MaxCoefficientsPerKey,
            Wire = key.Wire.ToString().ToLowerInvariant(),
            key.SpecialPrime,
        },
        Digest = Convert.ToHexStringLower(p.Digest),
    };
}
