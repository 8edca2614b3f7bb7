using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>
/// Reads the IDX format of the MNIST files (LeCun, "The IDX file format"): two zero bytes, a type, the number of axes,
/// big-endian axis lengths, big-endian elements. A gzip wrapper is recognised by its first two bytes. Stateless and
/// thread-safe.
/// </summary>
public static class IdxReader
{
    private const int MaxAxes = 8;

    /// <summary>Reads one array; <paramref name="source"/> is the name used in messages.</summary>
    /// <exception cref="DataFormatException">Not this format, cut off, or followed by more bytes.</exception>
    public static TensorData Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] magic = BoundedReads.ReadExactly(stream, 2, source, "the magic number");
        using Stream rejoined = new PrefixedStream(magic, stream);
        if (magic[0] != 0x1f || magic[1] != 0x8b)
        {
            return ReadPlain(rejoined, source);
        }

        try
        {
            using GZipStream unzipped = new(rejoined, CompressionMode.Decompress);
            return ReadPlain(unzipped, source);
        }
        catch (InvalidDataException fault)
        {
            throw new DataFormatException(source, "the gzip stream is damaged", inner: fault);
        }
    }

    private static TensorData ReadPlain(Stream stream, string source)
    {
        byte[] head = BoundedReads.ReadExactly(stream, 4, source, "the magic number");
        if (head[0] != 0 || head[1] != 0)
        {
            throw new DataFormatException(source, "not an IDX file: it does not begin with two zero bytes");
        }

        TensorElement element = head[2] switch
        {
            0x08 => TensorElement.UInt8,
            0x09 => TensorElement.Int8,
            0x0B => TensorElement.Int16,
            0x0C => TensorElement.Int32,
            0x0D => TensorElement.Float32,
            0x0E => TensorElement.Float64,
            _ => throw new DataFormatException(source, $"IDX element type 0x{head[2]:x2} is unknown"),
        };
        int axes = head[3];
        if (axes is 0 or > MaxAxes)
        {
            throw new DataFormatException(source, $"{axes} axes, 1 to {MaxAxes} are accepted");
        }

        byte[] lengths = BoundedReads.ReadExactly(stream, 4L * axes, source, "the list of axes");
        int[] shape = new int[axes];
        for (int i = 0; i < axes; i++)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(lengths.AsSpan(4 * i));
            shape[i] = length <= int.MaxValue ? (int)length
                : throw new DataFormatException(source, $"axis {i} claims {length} entries");
        }

        long count;
        try
        {
            count = TensorData.ByteLength(shape, element);
        }
        catch (ArgumentException fault)
        {
            throw new DataFormatException(source, FaultText.Of(fault), inner: fault);
        }

        byte[] bytes = BoundedReads.ReadExactly(stream, count, source, "the array");
        if (stream.ReadByte() >= 0)
        {
            throw new DataFormatException(source, "more bytes follow after the array");
        }

        EndianSwap.BigToLittle(bytes, TensorData.SizeOf(element));
        return new TensorData([.. shape], element, bytes);
    }
}
