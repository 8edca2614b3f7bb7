using System.Buffers.Binary;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Transcripts;

/// <summary>
/// Replays a transcript offline: file structure, chain, every signature, opening and vote quorums, rounds that are left
/// out, groups, base versions, releases, model chain, and, given the ciphertexts, the sums. Stops at the first fault
/// and says where it lies.
/// </summary>
public static class TranscriptVerifier
{
    /// <summary>Verifies a transcript in memory.</summary>
    /// <param name="transcript">The file's bytes.</param>
    /// <param name="ciphertexts">Packed chunks, to recompute the sums; null to leave them out.</param>
    /// <param name="modelRule">Recomputes the model digest of a version; null to leave it out.</param>
    public static TranscriptReport Verify(ReadOnlySpan<byte> transcript, ICiphertextSource? ciphertexts = null,
        IModelRule? modelRule = null)
    {
        using MemoryStream stream = new(transcript.ToArray(), writable: false);
        return Verify(stream, ciphertexts, modelRule);
    }

    /// <summary>Verifies a transcript record by record; memory is one record.</summary>
    /// <param name="transcript">The file from its first byte; a stream without length is fine.</param>
    /// <param name="ciphertexts">Packed chunks, to recompute the sums; null to leave them out.</param>
    /// <param name="modelRule">Recomputes the model digest of a version; null to leave it out.</param>
    /// <param name="knownHead">A head that somebody kept (<see cref="TranscriptReport.HasKnownHead"/>).</param>
    public static TranscriptReport Verify(Stream transcript, ICiphertextSource? ciphertexts = null,
        IModelRule? modelRule = null, Digest? knownHead = null)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        Auditor auditor = new(ciphertexts, modelRule) { KnownHead = knownHead };
        long frameStart = 0;
        long position = 0;
        try
        {
            ReadMagic(transcript, ref position);
            byte[] length = new byte[4];
            while (true)
            {
                frameStart = position;
                int got = transcript.ReadAtLeast(length, 4, throwOnEndOfStream: false);
                position += got;
                if (got == 0)
                {
                    break;
                }

                byte[] record = ReadRecord(transcript, length.AsSpan(0, got), ref position);
                auditor.HandleRecord(record);
            }

            frameStart = Math.Max(0, position - 1);
            auditor.Finish();
            return auditor.CreateReport(fault: null);
        }
        catch (ProtocolViolationException violation)
        {
            return auditor.CreateReport(
                new TranscriptFault(auditor.Records, frameStart, Math.Max(frameStart, position - 1), violation.Code,
                    violation.Message));
        }
    }

    private static void ReadMagic(Stream transcript, ref long position)
    {
        byte[] magic = new byte[TranscriptRecord.Magic.Length];
        position += transcript.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        if (!magic.AsSpan().SequenceEqual(TranscriptRecord.Magic))
        {
            throw new ProtocolViolationException(ViolationCode.BrokenTranscript, Party.Server,
                "a transcript's first bytes", "others");
        }
    }

    private static byte[] ReadRecord(Stream transcript, ReadOnlySpan<byte> length, ref long position)
    {
        if (length.Length < 4)
        {
            throw new ProtocolViolationException(ViolationCode.Truncated, Party.Server, "4 bytes of a record's length",
                $"{length.Length}");
        }

        uint bytes = BinaryPrimitives.ReadUInt32BigEndian(length);
        if (bytes > TranscriptRecord.MaxBytes)
        {
            throw new ProtocolViolationException(ViolationCode.Oversized, Party.Server,
                $"a record of at most {TranscriptRecord.MaxBytes} bytes", $"{bytes}");
        }

        // Grows with what is really there, so a forged length allocates nothing.
        using MemoryStream record = new();
        byte[] block = new byte[1 << 16];
        for (uint left = bytes; left > 0;)
        {
            int got = transcript.Read(block, 0, (int)Math.Min(left, (uint)block.Length));
            if (got == 0)
            {
                throw new ProtocolViolationException(ViolationCode.Truncated, Party.Server,
                    $"a record of {bytes} bytes", $"{record.Length}");
            }

            record.Write(block, 0, got);
            position += got;
            left -= (uint)got;
        }

        return record.ToArray();
    }
}
