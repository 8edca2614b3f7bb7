using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Learning.Tests.Data;

public class TensorFileTests
{
    private static byte[] Idx => [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

    [Fact]
    public void Idx_is_read_plain_and_zipped()
    {
        MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Idx);
        }

        foreach (byte[] file in new[] { Idx, zipped.ToArray() })
        {
            TensorData tensor = IdxReader.Read(new MemoryStream(file), "x.idx");
            Assert.Equal([2, 3], tensor.Shape);
            Assert.Equal([1, 2, 3, 4, 5, 255], tensor.ToFloats());
        }
    }

    [Fact]
    public void Idx_numbers_are_big_endian()
    {
        byte[] file = [0, 0, 0x0B, 1, 0, 0, 0, 2, 0xFF, 0xFE, 1, 0];
        Assert.Equal([-2L, 256L], IdxReader.Read(new MemoryStream(file), "x").ToInt64());
    }

    [Fact]
    public void Every_truncation_and_extension_of_idx_is_refused()
    {
        for (int length = 0; length < Idx.Length; length++)
        {
            Assert.Throws<DataFormatException>(() => IdxReader.Read(new MemoryStream(Idx[..length]), "x"));
        }

        Assert.Throws<DataFormatException>(() => IdxReader.Read(new MemoryStream([.. Idx, 0]), "x"));
    }

    [Fact]
    public void A_huge_claim_allocates_nothing()
    {
        byte[] idx = [0, 0, 8, 2, 0, 0, 0x7f, 0xff, 0, 0, 0xff, 0xff, 1, 2];
        byte[] safetensors = SafetensorsFile(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[500000000],\"data_offsets\":[0,2000000000]}}", 10);
        byte[] npy = Npy("{'descr': '<f8', 'fortran_order': False, 'shape': (200000000,), }", 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DataFormatException>(() => IdxReader.Read(new MemoryStream(idx), "x"));
        Assert.Throws<DataFormatException>(() => Safetensors.Read(new MemoryStream(safetensors), "x"));
        Assert.Throws<DataFormatException>(() => NumpyFile.Read(new MemoryStream(npy), "x"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Theory]
    [InlineData(TensorElement.Bool, "|b1")]
    [InlineData(TensorElement.UInt8, "|u1")]
    [InlineData(TensorElement.Int8, "|i1")]
    [InlineData(TensorElement.Int16, "<i2")]
    [InlineData(TensorElement.UInt16, "<u2")]
    [InlineData(TensorElement.Int32, "<i4")]
    [InlineData(TensorElement.UInt32, "<u4")]
    [InlineData(TensorElement.Int64, "<i8")]
    [InlineData(TensorElement.UInt64, "<u8")]
    [InlineData(TensorElement.Float16, "<f2")]
    [InlineData(TensorElement.Float32, "<f4")]
    [InlineData(TensorElement.Float64, "<f8")]
    public void Npy_round_trips_every_element_type(TensorElement element, string code)
    {
        byte[] bytes = new byte[6 * TensorData.SizeOf(element)];
        SeededRandom random = SeededRandom.For(1, "bytes");
        foreach (ref byte value in bytes.AsSpan())
        {
            value = (byte)random.NextInt32(element == TensorElement.Bool ? 2 : 256);
        }

        MemoryStream file = new();
        NumpyFile.Write(file, new TensorData([2, 3], element, bytes));
        Assert.Contains($"'descr': '{code}'", System.Text.Encoding.ASCII.GetString(file.ToArray()),
            StringComparison.Ordinal);
        Assert.Equal(0, (file.Length - bytes.Length) % 64);
        file.Position = 0;
        TensorData back = NumpyFile.Read(file, "x.npy");
        Assert.Equal(element, back.Element);
        Assert.Equal(bytes, back.Bytes);
        Assert.Equal([2, 3], back.Shape);
    }

    [Fact]
    public void Npy_in_Fortran_order_and_big_endian_is_turned()
    {
        // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]).astype('>i4'): columns lie together.
        byte[] elements = new byte[24];
        int[] stored = [1, 4, 2, 5, 3, 6];
        for (int i = 0; i < stored.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(elements.AsSpan(4 * i), stored[i]);
        }

        byte[] file = Npy("{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3), }", elements);
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], NumpyFile.Read(new MemoryStream(file), "x").ToInt64());
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<f4', 'shape': (1,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }")]
    public void Npy_headers_that_promise_other_things_are_refused(string header) =>
        Assert.Throws<DataFormatException>(() => NumpyFile.Read(new MemoryStream(Npy(header, 8)), "x"));

    [Fact]
    public void Npz_round_trips_and_repeats_byte_for_byte()
    {
        KeyValuePair<string, TensorData>[] arrays =
        [
            new("x", TensorData.FromFloats([1, 2, 3, 4], 2, 2)), new("y", TensorData.FromInt64([7, -8], 2)),
            new("s", TensorData.FromFloats([5])),
        ];
        MemoryStream first = new();
        NumpyArchive.Write(first, arrays);
        MemoryStream second = new();
        NumpyArchive.Write(second, arrays);
        Assert.Equal(first.ToArray(), second.ToArray());
        IReadOnlyDictionary<string, TensorData> back = NumpyArchive.Read(new MemoryStream(first.ToArray()), "a.npz");
        Assert.Equal([1, 2, 3, 4], back["x"].ToFloats());
        Assert.Equal([7L, -8L], back["y"].ToInt64());
        Assert.Empty(back["s"].Shape);
        Assert.Throws<DataFormatException>(() => NumpyArchive.Read(new MemoryStream([1, 2, 3]), "a.npz"));
    }

    [Fact]
    public void Safetensors_round_trip_with_metadata()
    {
        MemoryStream file = new();
        Safetensors.Write(
            file,
            [new("b", TensorData.FromFloats([1.5f, -2], 2)), new("a", TensorData.FromInt64([3], 1, 1)),
                new("empty", TensorData.FromFloats([], 0))],
            new Dictionary<string, string> { ["note"] = "äöü \"quoted\"" });
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(file.ToArray()) % 8);
        file.Position = 0;
        SafetensorsContent content = Safetensors.Read(file, "m");
        Assert.Equal("äöü \"quoted\"", content.Metadata["note"]);
        Assert.Equal([1.5f, -2], content.Find("b")!.ToFloats());
        Assert.Equal([3L], content.Find("a")!.ToInt64());
        Assert.Null(content.Find("c"));
    }

    [Fact]
    public void Half_and_bfloat16_are_widened()
    {
        byte[] file = SafetensorsFile(
            "{\"h\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[2,4]}}", [0x00, 0x3E, 0xC0, 0x3F]);
        SafetensorsContent content = Safetensors.Read(new MemoryStream(file), "m");
        Assert.Equal(1.5f, content.Find("h")!.ToFloats()[0]);
        Assert.Equal(1.5f, content.Find("b")!.ToFloats()[0]);
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8)] // a hole
    // an overlap
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4)] // too few bytes for the shape
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8)] // bytes left over
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 3)] // cut off
    [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,4]}}", 4)]
    // twice
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8)]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4)]
    [InlineData("[]", 0)]
    [InlineData("{", 0)]
    public void Safetensors_that_contradict_themselves_are_refused(string header, int bytes) =>
        Assert.Throws<DataFormatException>(
            () => Safetensors.Read(new MemoryStream(SafetensorsFile(header, bytes)), "m"));

    [Fact]
    public void Mutated_files_are_read_or_refused_but_never_anything_else()
    {
        MemoryStream safetensors = new();
        Safetensors.Write(safetensors, [new("w", TensorData.FromFloats([1, 2, 3], 3))],
            new Dictionary<string, string> { ["k"] = "v" });
        MemoryStream npz = new();
        NumpyArchive.Write(npz, [new("x", TensorData.FromFloats([1, 2], 2))]);
        MemoryStream npy = new();
        NumpyFile.Write(npy, TensorData.FromFloats([1, 2], 2));
        (byte[] File, Action<Stream> Read)[] readers =
        [
            (safetensors.ToArray(), stream => Safetensors.Read(stream, "m")),
            (npz.ToArray(), stream => NumpyArchive.Read(stream, "m")),
            (npy.ToArray(), stream => NumpyFile.Read(stream, "m")),
            (Idx, stream => IdxReader.Read(stream, "m")),
        ];
        SeededRandom random = SeededRandom.For(11, "mutations");
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            (byte[] file, Action<Stream> read) = readers[i % readers.Length];
            byte[] mutated = [.. file];
            for (int changes = 1 + random.NextInt32(3); changes > 0; changes--)
            {
                mutated[random.NextInt32(mutated.Length)] = (byte)random.NextInt32(256);
            }

            try
            {
                read(
                    new MemoryStream(random.NextInt32(4) == 0 ? mutated[..random.NextInt32(mutated.Length)] : mutated));
            }
            catch (DataFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 5_000, 19_999);
    }

    [Fact]
    public void The_mnist_test_images_are_read()
    {
        using FileStream images = File.OpenRead(SharedData.Require("mnist/t10k-images-idx3-ubyte.gz"));
        using FileStream labels = File.OpenRead(SharedData.Require("mnist/t10k-labels-idx1-ubyte.gz"));
        Assert.Equal([10_000, 28, 28], IdxReader.Read(images, "images").Shape);
        Assert.Equal([7L, 2L, 1L, 0L, 4L], IdxReader.Read(labels, "labels").ToInt64()[..5]);
    }

    private static byte[] SafetensorsFile(string header, int bytes) => SafetensorsFile(header, new byte[bytes]);

    private static byte[] SafetensorsFile(string header, byte[] bytes)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. bytes];
    }

    private static byte[] Npy(string header, int bytes) => Npy(header, new byte[bytes]);

    private static byte[] Npy(string header, byte[] bytes)
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(header + "\n");
        return [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)text.Length,
            (byte)(text.Length >> 8), .. text, .. bytes];
    }
}
