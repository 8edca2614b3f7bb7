using System.Buffers.Binary;
using SecureFL.Ckks.Parameters;
using SecureFL.Encoding.Contributions;
using SecureFL.Encoding.Packing;
using SecureFL.Encoding.Planning;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Encoding.Tests;

/// <summary>Encoded contributions under a small set of two chunks, and a slow reading of the format that shares no code with the reader.</summary>
internal static class ContributionSamples
{
    internal static readonly AggregationParameters Parameters = Create(1500);

    /// <summary>One lane above one prime of 20 bits at N = 1024: chunks of 2560 bytes, as short as they get.</summary>
    internal static AggregationParameters Create(long length)
    {
        CkksParameters ckks = new(1024, [Primality.LargestPrimes(20, 1024, 1)[0].Value], 9, ErrorDistribution.DiscreteGaussian);
        return new AggregationParameters(ckks, LaneLayout.Uniform(1, 29), length, 0, 4, 1f, 2);
    }

    internal static byte[] Encode(int client)
    {
        RoundTrip.Upload upload = RoundTrip.Create(Parameters, client);
        using MemoryStream stream = new();
        ContributionWriter writer = new(Parameters, stream);
        for (long chunk = 0; chunk < Parameters.ChunkCount; chunk++)
        {
            writer.WriteChunk(RoundTrip.Chunk(Parameters, upload.Packed, chunk));
        }

        return stream.ToArray();
    }

    /// <summary>What the format's summary says about these bytes: the field that is wrong, or null; and the residues of the chunks before that.</summary>
    internal static string? Judge(ReadOnlySpan<byte> bytes, List<ulong[]> chunks)
    {
        chunks.Clear();
        if (bytes.Length < 56)
        {
            return "contribution length";
        }

        string? header =
            !bytes[..8].SequenceEqual("SFLcontr"u8) ? "magic"
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) != 1 ? "format version"
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) != 0 ? "flags"
            : !bytes.Slice(24, 32).SequenceEqual(Parameters.Digest) ? "parameter digest"
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Parameters.ChunkBytes ? "chunk bytes"
            : BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]) != (ulong)Parameters.ChunkCount ? "chunk count"
            : null;
        if (header is not null)
        {
            return header;
        }

        bytes = bytes[56..];
        for (ulong chunk = 0; chunk < (ulong)Parameters.ChunkCount; chunk++)
        {
            if (bytes.Length < 12)
            {
                return "contribution length";
            }

            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != chunk)
            {
                return "chunk index";
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Parameters.ChunkBytes)
            {
                return "chunk length";
            }

            if (bytes.Length < 12 + Parameters.ChunkBytes)
            {
                return "contribution length";
            }

            ulong[] residues = Unpack(bytes.Slice(12, Parameters.ChunkBytes));
            for (int i = 0; i < residues.Length; i++)
            {
                if (residues[i] >= Parameters.Primes[i / Parameters.RingDegree])
                {
                    return "residue";
                }
            }

            chunks.Add(residues);
            bytes = bytes[(12 + Parameters.ChunkBytes)..];
        }

        return bytes.IsEmpty ? null : "contribution length";
    }

    /// <summary>Reads in pieces and adds what is handed over; returns the field of the refusal, or null.</summary>
    internal static string? ReadInPieces(ReadOnlySpan<byte> bytes, Random? cuts, ContributionAccumulator accumulator)
    {
        ContributionReader reader = new(Parameters);
        try
        {
            while (!bytes.IsEmpty)
            {
                int length = cuts is null ? bytes.Length : Math.Min(bytes.Length, cuts.Next(6) == 0 ? cuts.Next(70) : cuts.Next(8000));
                reader.Read(bytes[..length], accumulator.Add);
                bytes = bytes[length..];
            }

            reader.Finish();
            return null;
        }
        catch (CiphertextFormatException refusal)
        {
            return refusal.Field.StartsWith("residue", StringComparison.Ordinal) ? "residue" : refusal.Field;
        }
    }

    private static ulong[] Unpack(ReadOnlySpan<byte> packed)
    {
        ulong[] residues = new ulong[Parameters.Primes.Length * Parameters.RingDegree];
        int at = 0;
        for (int prime = 0; prime < Parameters.Primes.Length; prime++)
        {
            int bits = Parameters.Ckks.Moduli[prime].Bits;
            int length = WordKernel.PackedBytes(Parameters.RingDegree, bits);
            WordKernel.Create(VectorWidth.Scalar).Unpack(packed.Slice(at, length), bits, 1, residues.AsSpan(prime * Parameters.RingDegree, Parameters.RingDegree));
            at += length;
        }

        return residues;
    }
}
