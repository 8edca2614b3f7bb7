namespace SecureFL.Reference;

/// <summary>
/// Section 1: the bytes of AES-256 in counter mode from an all-zero big-endian counter, one block after the other.
/// </summary>
internal sealed class CounterStream(byte[] key)
{
    private readonly Queue<byte> _bytes = new();
    private BigInteger _counter = BigInteger.Zero;

    public byte[] Next(int count)
    {
        while (_bytes.Count < count)
        {
            byte[] block = new byte[16];
            byte[] counter = _counter.ToByteArray(isUnsigned: true, isBigEndian: true);
            counter.CopyTo(block, 16 - counter.Length);
            using Aes aes = Aes.Create();
            aes.Key = key;
            foreach (byte b in aes.EncryptEcb(block, PaddingMode.None))
            {
                _bytes.Enqueue(b);
            }

            _counter++;
        }

        byte[] result = new byte[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = _bytes.Dequeue();
        }

        return result;
    }
}
