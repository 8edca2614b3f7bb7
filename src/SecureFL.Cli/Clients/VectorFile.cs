using System.Runtime.InteropServices;
using SecureFL.Federated.Data;
using SecureFL.Federated.Data.Tensors;

namespace SecureFL.Cli.Clients;

/// <summary>A vector to send: <c>.npy</c>, <c>.npz</c> and <c>.safetensors</c> (all arrays, one after the other in file order), or raw little-endian <c>.f32</c>.</summary>
internal static class VectorFile
{
    /// <summary>Reads a file of exactly <paramref name="length"/> values.</summary>
    /// <exception cref="DataFormatException">Another length, or not one of these formats: says what it is.</exception>
    internal static float[] Read(string path, long length)
    {
        float[] values = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".npy" => Open(path, stream => NumpyFile.Read(stream, path).ToFloats()),
            ".npz" => Open(path, stream => Join(NumpyArchive.Read(stream, path).Values)),
            ".safetensors" => Open(path, stream => Join(Safetensors.Read(stream, path).Tensors.Select(pair => pair.Value))),
            ".f32" => Raw(path, length),
            string other => throw new DataFormatException(path, $"the extension '{other}' is none of .npy, .npz, .safetensors and .f32"),
        };
        return values.Length == length ? values : throw new DataFormatException(path, $"{values.Length} values, the plan sums vectors of {length}");
    }

    private static float[] Join(IEnumerable<TensorData> tensors) => [.. tensors.SelectMany(tensor => tensor.ToFloats())];

    private static T Open<T>(string path, Func<Stream, T> read)
    {
        using FileStream stream = File.OpenRead(path);
        return read(stream);
    }

    private static float[] Raw(string path, long length)
    {
        long bytes = new FileInfo(path).Length;
        if (bytes != length * sizeof(float))
        {
            throw new DataFormatException(path, $"{bytes} bytes, the plan sums vectors of {length} values: {length * sizeof(float)} bytes");
        }

        byte[] content = File.ReadAllBytes(path);
        return MemoryMarshal.Cast<byte, float>(content).ToArray();
    }
}
