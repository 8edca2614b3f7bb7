using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SecureFL.Messages.Text;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>
/// Reads and writes NumPy's <c>.npy</c> format, versions 1 to 3 (NumPy Enhancement Proposal 1): booleans, integers and
/// floats of either byte order, C or Fortran order. Objects (pickles) are refused. Stateless and thread-safe.
/// </summary>
public static partial class NumpyFile
{
    private const int MaxHeader = 1 << 16;
    private const int MaxAxes = 16;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads one array; <paramref name="source"/> is the name used in messages.</summary>
    /// <exception cref="DataFormatException">Not this format, an unsupported element type, cut off, or too
    /// large.</exception>
    public static TensorData Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] head = BoundedReads.ReadExactly(stream, 8, source, "the magic number");
        if (!head.AsSpan(0, 6).SequenceEqual(Magic) || head[6] is 0 or > 3)
        {
            throw new DataFormatException(source, "not a .npy file of version 1 to 3");
        }

        int width = head[6] == 1 ? 2 : 4;
        byte[] lengthBytes = BoundedReads.ReadExactly(stream, width, source, "the header's length");
        uint length = width == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(lengthBytes)
            : BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > MaxHeader)
        {
            throw new DataFormatException(source, $"a header of {length} bytes, at most {MaxHeader} are accepted");
        }

        string header = System.Text.Encoding.UTF8
            .GetString(BoundedReads.ReadExactly(stream, length, source, "the header"));
        Match description = DescriptionPattern().Match(header);
        Match order = OrderPattern().Match(header);
        Match shapeText = ShapePattern().Match(header);
        if (!description.Success || !order.Success || !shapeText.Success)
        {
            throw new DataFormatException(source,
                "the header does not give descr, fortran_order and shape of a plain array");
        }

        int[] shape = ParseShape(shapeText.Groups[1].Value, source);
        TensorElement element = ParseElement(description.Groups[2].Value, source);
        byte[] bytes = ReadElements(stream, shape, element, source);
        if (description.Groups[1].Value == ">")
        {
            EndianSwap.BigToLittle(bytes, TensorData.SizeOf(element));
        }

        if (order.Groups[1].Value == "True" && shape.Length > 1)
        {
            bytes = FromFortranOrder(bytes, shape, TensorData.SizeOf(element));
        }

        return new TensorData([.. shape], element, bytes);
    }

    /// <summary>Writes <paramref name="tensor"/> as version 1, C order, little-endian.</summary>
    public static void Write(Stream stream, TensorData tensor)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensor);
        string axes = string.Concat(tensor.Shape.Select(axis => axis.ToString(CultureInfo.InvariantCulture) + ", "));
        string text =
            $"{{'descr': '{Describe(tensor.Element)}', 'fortran_order': False, 'shape': ({axes.TrimEnd(' ')}), }}";
        int padded = ((10 + text.Length + 1 + 63) / 64 * 64) - 10;
        byte[] header = System.Text.Encoding.ASCII.GetBytes(text.PadRight(padded - 1) + "\n");
        Span<byte> head = stackalloc byte[10];
        Magic.CopyTo(head);
        head[6] = 1;
        head[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(head[8..], checked((ushort)header.Length));
        stream.Write(head);
        stream.Write(header);
        stream.Write(tensor.Bytes);
    }

    private static byte[] ReadElements(Stream stream, int[] shape, TensorElement element, string source)
    {
        try
        {
            return BoundedReads.ReadExactly(stream, TensorData.ByteLength(shape, element), source, "the array");
        }
        catch (ArgumentException fault)
        {
            throw new DataFormatException(source, FaultText.Of(fault), inner: fault);
        }
    }

    private static int[] ParseShape(string text, string source)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > MaxAxes)
        {
            throw new DataFormatException(source, $"{parts.Length} axes, at most {MaxAxes} are accepted");
        }

        int[] shape = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
            {
                throw new DataFormatException(source, $"axis {i} has length '{parts[i]}'");
            }
        }

        return shape;
    }

    private static TensorElement ParseElement(string code, string source) => code switch
    {
        "b1" => TensorElement.Bool,
        "u1" => TensorElement.UInt8,
        "i1" => TensorElement.Int8,
        "i2" => TensorElement.Int16,
        "u2" => TensorElement.UInt16,
        "i4" => TensorElement.Int32,
        "u4" => TensorElement.UInt32,
        "i8" => TensorElement.Int64,
        "u8" => TensorElement.UInt64,
        "f2" => TensorElement.Float16,
        "f4" => TensorElement.Float32,
        "f8" => TensorElement.Float64,
        _ => throw new DataFormatException(source,
            $"element type '{code}' is not supported (booleans, integers and floats are)"),
    };

    private static string Describe(TensorElement element) => element switch
    {
        TensorElement.Bool => "|b1",
        TensorElement.UInt8 => "|u1",
        TensorElement.Int8 => "|i1",
        TensorElement.Int16 => "<i2",
        TensorElement.UInt16 => "<u2",
        TensorElement.Int32 => "<i4",
        TensorElement.UInt32 => "<u4",
        TensorElement.Int64 => "<i8",
        TensorElement.UInt64 => "<u8",
        TensorElement.Float16 => "<f2",
        TensorElement.Float32 => "<f4",
        TensorElement.Float64 => "<f8",
        _ => throw new ArgumentException($"NumPy has no element type {element}", nameof(element)),
    };

    private static byte[] FromFortranOrder(byte[] bytes, int[] shape, int size)
    {
        byte[] result = new byte[bytes.Length];
        int[] position = new int[shape.Length];
        for (int target = 0; target < bytes.Length; target += size)
        {
            // Fortran order: the first axis varies fastest.
            long from = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                from = (from * shape[axis]) + position[axis];
            }

            bytes.AsSpan((int)(from * size), size).CopyTo(result.AsSpan(target));
            for (int axis = shape.Length - 1; axis >= 0 && ++position[axis] == shape[axis]; axis--)
            {
                position[axis] = 0;
            }
        }

        return result;
    }

    [GeneratedRegex(@"'descr':\s*'([<>|=])([a-zA-Z][0-9]{1,3})'")]
    private static partial Regex DescriptionPattern();

    [GeneratedRegex(@"'fortran_order':\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape':\s*\(([0-9, ]*)\)")]
    private static partial Regex ShapePattern();
}
