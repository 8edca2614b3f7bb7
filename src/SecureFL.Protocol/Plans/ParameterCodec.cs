using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Plans;

/// <summary>
/// The arithmetic parameters inside a plan: every field that fixes them, so that no party runs a planner to read one.
/// </summary>
internal static class ParameterCodec
{
    private const int MaxLanes = 64;
    private const int MaxOneTimeKeyPrimes = 8;

    public static void Write(CanonicalWriter writer, AggregationParameters parameters)
    {
        writer.Count(parameters.RingDegree);
        writer.Count(parameters.Primes.Length);
        foreach (ulong prime in parameters.Primes)
        {
            writer.UInt64(prime);
        }

        writer.Count(parameters.LogDelta);
        writer.Byte((byte)parameters.Ckks.Error);
        writer.Count(parameters.Lanes);
        foreach (long radix in parameters.Layout.Radices)
        {
            writer.Int64(radix);
        }

        writer.Int64(parameters.FloatLength);
        writer.Count(parameters.IntegerLength);
        writer.Count(parameters.Bits);
        writer.UInt32(BitConverter.SingleToUInt32Bits(parameters.Clip));
        writer.Count(parameters.MaxClients);
        if (parameters.JointKey is { } joint)
        {
            writer.Count(joint.KeyHolders);
            writer.Count(joint.Threshold);
            writer.Count(joint.Smudging);
            writer.Int64(joint.MaxCoefficientsPerKey);
            writer.UInt64(joint.SpecialPrime);
        }
    }

    public static AggregationParameters Read(ref CanonicalReader reader, bool jointKey)
    {
        int degree = reader.Int32(1, 1 << 16, "ringDegree");
        ulong[] primes =
            new ulong[reader.Count(1, jointKey ? CkksParameters.MaxPrimes : MaxOneTimeKeyPrimes,
                8, "primes")];
        for (int i = 0; i < primes.Length; i++)
        {
            primes[i] = reader.UInt64("primes");
        }

        int logScale = reader.Int32(1, jointKey ? CkksParameters.MaxLogScaleTernary : 64, "logDelta");
        byte error = reader.Byte("errors");
        long[] radices = new long[reader.Count(1, MaxLanes, 8, "lanes")];
        for (int i = 0; i < radices.Length; i++)
        {
            radices[i] = reader.Int64(1, long.MaxValue, "lanes");
        }

        long floatLength = reader.Int64(0, AggregationParameters.MaxFloatLength, "floatLength");
        int integerLength = reader.Int32(0, AggregationParameters.MaxIntegerLength, "integerLength");
        int bits = reader.Int32(1, 64, "bits");
        float clip = BitConverter.UInt32BitsToSingle(reader.UInt32("clip"));
        int maxClients = reader.Int32(1, AggregationParameters.MaxClientsLimit, "maxClients");
        if (!Enum.IsDefined((ErrorDistribution)error))
        {
            throw reader.Refuse(ViolationCode.OutOfRange, "errors", "a known error distribution", error);
        }

        (int Holders, int Threshold, int Smudging, long Life, ulong Special)? joint = !jointKey
            ? null
            : (reader.Int32(1, ProtocolLimits.MaxKeyHolders, "keyHolders"),
                reader.Int32(1, ProtocolLimits.MaxKeyHolders, "threshold"),
                reader.Int32(1, JointKeyParameters.MaxSmudging, "smudging"),
                reader.Int64(1, JointKeyParameters.MaxCoefficientsLimit, "maxCoefficientsPerKey"),
                reader.UInt64("specialPrime"));
        try
        {
            SecretDistribution secret = joint is null ? SecretDistribution.DiscreteGaussian
                : SecretDistribution.Ternary;
            CkksParameters ckks = new(degree, [.. primes], logScale, (ErrorDistribution)error, secret);
            JointKeyParameters? key = joint is not { } j ? null
                : new JointKeyParameters(degree, maxClients, j.Holders, j.Threshold, j.Smudging, j.Life, j.Special);
            return new AggregationParameters(ckks, new LaneLayout([.. radices]), floatLength, integerLength, bits, clip,
                maxClients, key);
        }
        catch (ArgumentException refusal)
        {
            throw reader.Refuse(ViolationCode.PlanRule, "parameters", "arithmetic parameters that obey their rules",
                refusal.Message);
        }
    }
}
