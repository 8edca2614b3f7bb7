using System.Globalization;
using SecureFL.Aggregation;
using SecureFL.Encoding.Planning;

namespace SecureFL.Cli.Plans;

/// <summary>A plan's numbers in words.</summary>
internal static class PlanExplanation
{
    internal static string Of(AggregationParameters p, Quorum quorum, int minClients) => string.Create(CultureInfo.InvariantCulture, $"""
        sum of        {minClients} to {p.MaxClients} vectors of {p.FloatLength} values, each clipped to [-{p.Clip}, {p.Clip}] and quantised to {p.Bits} bits (step {p.Step:G4})
        ring          degree N = {p.RingDegree}, q of {string.Join(" + ", p.Ckks.Moduli.Select(m => m.Bits))} = {p.Ckks.CoefficientBits} bits, scale 2^{p.LogDelta}, {p.Ckks.Error} errors
        primes        {string.Join(" ", p.Primes)}
        lanes         {p.Lanes} of radix {p.Layout.Radices[0]}: {p.ElementsPerChunk} values a chunk of {p.ChunkBytes} bytes, {p.ChunkCount} chunk(s)
        upload        {p.CiphertextBytes} bytes of ciphertext a client, {(double)p.CiphertextBytes / p.VectorLength:F3} a value (float32: 4; information floor: {Math.Log2(p.Layout.Radices[0]) / 8:F3})
        shares        {AggregationPlanner.ShareBytes(p.RingDegree)} bytes a client and key holder, whatever the model's size
        security      {p.SecurityBits} bits, classical: q within the limit of ePrint 2024/463 for Gaussian secrets
        exactness     the opened sum equals the integer sum of the quantised values; a rounding is wrong with probability below 2^-128
        {quorum.Describe()}

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
        p.ChunkBytes,
        p.CiphertextBytes,
        BytesPerValue = (double)p.CiphertextBytes / p.VectorLength,
        ShareBytes = AggregationPlanner.ShareBytes(p.RingDegree),
        p.SecurityBits,
        Errors = p.Ckks.Error.ToString(),
        Digest = Convert.ToHexStringLower(p.Digest),
    };
}
