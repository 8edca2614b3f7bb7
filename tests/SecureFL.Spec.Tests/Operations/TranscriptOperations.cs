using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Transcripts, whole and tampered with.</summary>
internal static class TranscriptOperations
{
    public static void Verify(VectorFile v)
    {
        byte[] file = Edit(v, v.Bytes("transcript"));
        TranscriptReport report = TranscriptVerifier.Verify(file,
            v.Has("ciphertexts") ? new Ciphertexts(v.ByteList("ciphertexts")) : null);
        JsonElement expect = v.Field("expect");
        if (expect.ValueKind == JsonValueKind.String)
        {
            Assert.True(report.IsValid, report.Fault?.Message);
            Assert.Equal(v.Flag("closed"), report.IsClosed);
            Assert.Equal(v.Int("records"), report.Records);
            Assert.Equal(v.Has("ciphertexts"), report.Rounds.Single().SumRecomputed);
            return;
        }

        Assert.NotNull(report.Fault);
        Assert.True((int)report.Fault.Code == expect.GetProperty("code").GetInt32(), report.Fault.Message);
        Assert.Equal(expect.GetProperty("name").GetString(), report.Fault.Code.ToString());
        Assert.Equal(v.Int("record"), report.Fault.Record);
        if (v.Has("flip"))
        {
            Assert.InRange(v.Ints("flip")[0], report.Fault.FirstByte, report.Fault.LastByte);
        }
    }

    private static byte[] Edit(VectorFile v, byte[] file)
    {
        if (v.Has("flip"))
        {
            file[v.Ints("flip")[0]] ^= 1;
        }

        return v.Has("remove") && v.Ints("remove") is [int from, int to] ? [.. file[..from], .. file[to..]] : file;
    }

    // The vectors give chunk messages; what stands after their context, client and index is the packed chunk.
    private sealed class Ciphertexts(byte[][] messages) : ICiphertextSource
    {
        private const int Header = 59 + 4 + 8;

        public bool TryRead(ulong round, int client, long chunk, Span<byte> packed)
        {
            if (client >= messages.Length || chunk != 0 || messages[client].Length != Header + packed.Length)
            {
                return false;
            }

            messages[client].AsSpan(Header).CopyTo(packed);
            return true;
        }
    }
}
