using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureFL.Learning.Data.Tensors;

/// <summary>
/// A dense array as a file holds it: shape, element type, little-endian bytes in row-major order. Immutable by
/// convention.
/// </summary>
public sealed class TensorData
{
    /// <summary>Wraps <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException">The bytes are not what shape and element type need.</exception>
    public TensorData(ImmutableArray<int> shape, TensorElement element, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        long expected = ByteLength(shape.AsSpan(), element);
        if (bytes.LongLength != expected)
        {
            throw new ArgumentException($"{bytes.LongLength} bytes for a tensor of {expected}", nameof(bytes));
        }

        Shape = shape;
        Element = element;
        Bytes = bytes;
    }

    /// <summary>The length of every axis; empty for a scalar.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>The type of one element.</summary>
    public TensorElement Element { get; }

    /// <summary>The elements, little-endian, row-major.</summary>
    public byte[] Bytes { get; }

    /// <summary>Number of elements.</summary>
    public int Count => Bytes.Length / SizeOf(Element);

    /// <summary>A single-precision tensor.</summary>
    public static TensorData FromFloats(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        byte[] bytes = new byte[checked(values.Length * sizeof(float))];
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
        }
        else
        {
            for (int i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
            }
        }

        return new TensorData([.. shape], TensorElement.Float32, bytes);
    }

    /// <summary>A 64-bit integer tensor.</summary>
    public static TensorData FromInt64(ReadOnlySpan<long> values, params ReadOnlySpan<int> shape)
    {
        byte[] bytes = new byte[checked(values.Length * sizeof(long))];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        }

        return new TensorData([.. shape], TensorElement.Int64, bytes);
    }

    /// <summary>A tensor of double-precision numbers, copied from <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">As many values are needed as the shape has elements.</exception>
    public static TensorData FromDoubles(ReadOnlySpan<double> values, params ReadOnlySpan<int> shape)
    {
        byte[] bytes = new byte[checked(values.Length * sizeof(double))];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        }

        return new TensorData([.. shape], TensorElement.Float64, bytes);
    }

    /// <summary>The elements as single-precision numbers, converted where they are of another type.</summary>
    public float[] ToFloats()
    {
        float[] values = new float[Count];
        if (Element == TensorElement.Float32 && BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, float>(Bytes).CopyTo(values);
            return values;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)Get(i);
        }

        return values;
    }

    /// <summary>
    /// The elements as double-precision numbers, converted where they are of another type (64-bit integers beyond 2^53
    /// lose their low bits).
    /// </summary>
    public double[] ToDoubles()
    {
        double[] values = new double[Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Get(i);
        }

        return values;
    }

    /// <summary>The elements as 64-bit integers.</summary>
    /// <exception cref="FormatException">An element is no whole number of that range.</exception>
    public long[] ToInt64()
    {
        long[] values = new long[Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (Element is TensorElement.Int64)
            {
                values[i] = BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(i * sizeof(long)));
                continue;
            }

            double value = Get(i);
            values[i] = value == Math.Floor(value) && Math.Abs(value) < 9.2e18
                ? (long)value
                : throw new FormatException($"element {i} is {value}, not a whole number");
        }

        return values;
    }

    /// <summary>
    /// Element <paramref name="index"/> in row-major order (64-bit integers beyond 2^53 lose their low bits).
    /// </summary>
    public double Get(int index)
    {
        ReadOnlySpan<byte> at = Bytes.AsSpan(index * SizeOf(Element));
        return Element switch
        {
            TensorElement.UInt8 => at[0],
            TensorElement.Int8 => (sbyte)at[0],
            TensorElement.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
            TensorElement.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            TensorElement.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
            TensorElement.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
            TensorElement.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
            TensorElement.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(at),
            TensorElement.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
            TensorElement.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
            TensorElement.Float32 => BinaryPrimitives.ReadSingleLittleEndian(at),
            TensorElement.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(at),
            _ => at[0] == 0 ? 0 : 1,
        };
    }

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(TensorElement element) => element switch
    {
        TensorElement.UInt8 or TensorElement.Int8 or TensorElement.Bool => 1,
        TensorElement.Int16 or TensorElement.UInt16 or TensorElement.Float16 or TensorElement.BFloat16 => 2,
        TensorElement.Int32 or TensorElement.UInt32 or TensorElement.Float32 => 4,
        TensorElement.Int64 or TensorElement.UInt64 or TensorElement.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "no such element type"),
    };

    /// <summary>Bytes of a whole tensor.</summary>
    /// <exception cref="ArgumentException">A negative axis, or more bytes than one array can hold.</exception>
    internal static long ByteLength(ReadOnlySpan<int> shape, TensorElement element)
    {
        Int128 length = SizeOf(element);
        bool empty = false;
        foreach (int axis in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(axis, nameof(shape));
            empty |= axis == 0;
            length = Int128.Min(length * Math.Max(axis, 1), long.MaxValue);
        }

        return empty ? 0 : length > Array.MaxLength
            ? throw new ArgumentException($"a tensor of {length} bytes, at most {Array.MaxLength} fit one array",
                nameof(shape))
            : (long)length;
    }
}
