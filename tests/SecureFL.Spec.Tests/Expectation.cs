using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Stores;

namespace SecureFL.Spec.Tests;

/// <summary>
/// What must come of a step: "accept", or an object with a failure class, or one with the hash of the answer.
/// </summary>
internal static class Expectation
{
    /// <summary>Runs the step and holds it to its vector; returns the refusal, if one was due.</summary>
    public static ProtocolViolationException? Check(VectorFile vector, Func<Digest?> step)
    {
        JsonElement expect = vector.Field("expect");
        if (expect.ValueKind == JsonValueKind.Object && expect.TryGetProperty("code", out JsonElement code))
        {
            ProtocolViolationException violation = Assert.Throws<ProtocolViolationException>(() => { _ = step(); });
            Assert.True((int)violation.Code == code.GetInt32(),
                $"expected {code} {expect.GetProperty("name")}, got: {violation.Message}");
            Assert.Equal(expect.GetProperty("name").GetString(), violation.Code.ToString());
            return violation;
        }

        if (expect.ValueKind == JsonValueKind.Object && expect.TryGetProperty("stale", out _))
        {
            Assert.Throws<StaleLedgerException>(() => { _ = step(); });
            return null;
        }

        Digest? answer = step();
        if (expect.ValueKind == JsonValueKind.Object && new VectorFile(expect).Has("hash"))
        {
            Assert.Equal(expect.GetProperty("hash").GetString(), answer?.ToString());
        }

        return null;
    }

    public static ProtocolViolationException? Check(VectorFile vector, Action step) => Check(vector, () =>
    {
        step();
        return null;
    });

    /// <summary>A long list as its count, SHA-256 and first values.</summary>
    public static void CheckDigest(JsonElement digest, ReadOnlySpan<long> values)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8 * i), values[i]);
        }

        Assert.Equal(digest.GetProperty("count").GetInt32(), values.Length);
        Assert.Equal(digest.GetProperty("first").EnumerateArray().Select(v => v.GetInt64()),
            values[..Math.Min(8, values.Length)].ToArray());
        Assert.Equal(digest.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    public static void CheckDigest(JsonElement digest, ReadOnlySpan<ulong> values) =>
        CheckDigest(digest, System.Runtime.InteropServices.MemoryMarshal.Cast<ulong, long>(values));

    public static void CheckDigest(JsonElement digest, ReadOnlySpan<uint> values) =>
        CheckDigest(digest, Array.ConvertAll(values.ToArray(), v => (long)v));
}
