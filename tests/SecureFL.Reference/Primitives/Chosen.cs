using System.Text;

namespace SecureFL.Reference;

/// <summary>
/// What a party would draw at random, the vectors take from a label: bytes of a counter stream under SHA-256("SecureFL
/// test vectors v1" || label). Nothing outside the vectors may use these values.
/// </summary>
internal static class Chosen
{
    public static CounterStream Stream(string label) =>
        new(SHA256.HashData(Encoding.ASCII.GetBytes("SecureFL test vectors v1" + label)));

    public static byte[] Bytes(string label, int count) => Stream(label).Next(count);

    /// <summary>Integers in [-magnitude, magnitude].</summary>
    public static int[] Small(string label, int count, int magnitude)
    {
        CounterStream stream = Stream(label);
        return [.. Enumerable.Range(0, count)
            .Select(_ => (int)(BitConverter.ToUInt32(stream.Next(4)) % (uint)((2 * magnitude) + 1)) - magnitude)];
    }

    /// <summary>Elements of F_p, p = 2^31 - 1.</summary>
    public static uint[] Field(string label, int count)
    {
        CounterStream stream = Stream(label);
        return [.. Enumerable.Range(0, count).Select(_ => BitConverter.ToUInt32(stream.Next(4)) % 0x7FFFFFFF)];
    }

    /// <summary>Unsigned integers below a bound.</summary>
    public static ulong[] Below(string label, int count, ulong bound)
    {
        CounterStream stream = Stream(label);
        return [.. Enumerable.Range(0, count).Select(_ => BitConverter.ToUInt64(stream.Next(8)) % bound)];
    }
}
