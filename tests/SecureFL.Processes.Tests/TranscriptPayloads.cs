using System.Buffers.Binary;
using SecureFL.Messages.Rounds;

namespace SecureFL.Processes.Tests;

/// <summary>The messages in a transcript, without verifying them.</summary>
internal static class TranscriptPayloads
{
    public static IEnumerable<byte[]> Read(string path)
    {
        byte[] all = File.ReadAllBytes(path);
        for (int position = TranscriptRecord.Magic.Length; position < all.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt32BigEndian(all.AsSpan(position));
            yield return TranscriptRecord.Parse(all.AsSpan(position + 4, length)).Payload.ToArray();
            position += 4 + length;
        }
    }
}
