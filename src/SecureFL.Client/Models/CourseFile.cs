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
/// or not at all: the SHA-256 of what follows, the signed version, the own rounds, the checkpoint.
/// </summary>
internal sealed class CourseFile(string path, AggregationPlan plan)
{
    private const int MaxVersionBytes = 1024;

    /// <summary>What was kept; null for nothing.</summary>
    /// <exception cref="PartyException">The file is damaged, or of another plan.</exception>
    internal (ModelVersion Version, OwnRounds Rounds, TrainingCheckpoint Checkpoint)? Read()
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
            return (ModelVersion.Parse(version, plan.Limits), OwnRounds.Read(file), CheckpointFormat.Read(file, path));
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
    internal void Write(ModelVersion version, OwnRounds rounds, TrainingCheckpoint checkpoint) => WholeFile.Write(path,
        stream =>
    {
        stream.Write(new byte[SHA256.HashSizeInBytes]);
        using SHA256 hash = SHA256.Create();
        using (CryptoStream through = new(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
        {
            byte[] message = version.Encode();
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
            through.Write(length);
            through.Write(message);
            rounds.Write(through);
            CheckpointFormat.Write(through, checkpoint);
        }

        stream.Position = 0;
        stream.Write(hash.Hash);
    });

    // Leaves the file behind its hash.
    private static void RequireWhole(FileStream file)
    {
        Span<byte> kept = stackalloc byte[SHA256.HashSizeInBytes];
        file.ReadExactly(kept);
        if (!kept.SequenceEqual(SHA256.HashData(file)))
        {
            throw new InvalidDataException("its hash is another one");
        }

        file.Position = kept.Length;
    }
}
