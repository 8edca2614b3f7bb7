using System.Buffers.Binary;
using System.Security.Cryptography;
using SecureFL.Consortium.Parties;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Formats;

namespace SecureFL.Client.Models;

/// <summary>
/// The newest version that this client has made, and the state of the training at it, in one file that is there whole
/// or not at all: the signed version, the checkpoint, and the SHA-256 of both.
/// </summary>
internal sealed class CourseFile(string path, AggregationPlan plan)
{
    private const int MaxVersionBytes = 1024;

    /// <summary>What was kept; null for nothing.</summary>
    /// <exception cref="PartyException">The file is damaged, or of another plan.</exception>
    internal (ModelVersion Version, TrainingCheckpoint Checkpoint)? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using FileStream file = OrdinaryFile.Open(path);
            RequireWhole(file);
            Span<byte> length = stackalloc byte[sizeof(int)];
            file.ReadExactly(length);
            byte[] version = new byte[Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(length), 0, MaxVersionBytes)];
            file.ReadExactly(version);
            return (ModelVersion.Parse(version, plan.Limits), CheckpointFormat.Read(file, path));
        }
        catch (Exception fault) when (fault is not UnauthorizedAccessException)
        {
            throw new PartyException(PartyRefusal.StateFolder,
                $"{path}, the model as this client has made it, is damaged or of another plan",
                "restore the state folder from before, or remove that file: the client then begins at the version "
                + "that the newest certificate stands on", fault, nameof(ConsortiumPartyOptions.StateFolder));
        }
    }

    /// <summary>Replaces what is kept, durably.</summary>
    /// <exception cref="IOException">It cannot be written; what was there stays.</exception>
    internal void Write(ModelVersion version, TrainingCheckpoint checkpoint) => WholeFile.Write(path, stream =>
    {
        using SHA256 hash = SHA256.Create();
        using (CryptoStream through = new(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
        {
            byte[] message = version.Encode();
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
            through.Write(length);
            through.Write(message);
            CheckpointFormat.Write(through, checkpoint);
        }

        stream.Write(hash.Hash);
    });

    private static void RequireWhole(FileStream file)
    {
        long left = file.Length - SHA256.HashSizeInBytes;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        while (left > 0)
        {
            int read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (read == 0)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        Span<byte> kept = stackalloc byte[SHA256.HashSizeInBytes];
        file.ReadAtLeast(kept, kept.Length, throwOnEndOfStream: false);
        if (!kept.SequenceEqual(hash.GetHashAndReset()))
        {
            throw new InvalidDataException("its hash is another one");
        }

        file.Position = 0;
    }
}
