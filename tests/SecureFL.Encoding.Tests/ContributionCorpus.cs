using System.Buffers.Binary;
using SecureFL.Encoding.Contributions;

namespace SecureFL.Encoding.Tests;

/// <summary>
/// Inputs worth keeping: one file each in Corpus/, named "case.field.bin" after the field that is refused, or "case.accepted.bin". The valid ones come from fixed keys,
/// so the files can be made again; a change of the format or of a digest shows here first.
/// </summary>
public sealed class ContributionCorpus
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Corpus");

    [Fact]
    public void EveryCaseIsJudgedAsItsNameSays()
    {
        string[] files = Directory.GetFiles(Folder, "*.bin");
        Assert.Equal(Cases().Count, files.Length);
        List<ulong[]> chunks = [];
        foreach (string file in files)
        {
            string expected = Path.GetFileNameWithoutExtension(file).Split('.')[1].Replace('-', ' ');
            byte[] bytes = File.ReadAllBytes(file);
            using ContributionAccumulator accumulator = new(ContributionSamples.Parameters);
            Assert.Equal(expected, ContributionSamples.ReadInPieces(bytes, null, accumulator) ?? "accepted");
            Assert.Equal(expected, ContributionSamples.Judge(bytes, chunks) ?? "accepted");
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                Assert.Equal(chunks[chunk], accumulator.Sums(chunk));
            }

            for (int cut = 0; cut < 20; cut++)
            {
                using ContributionAccumulator again = new(ContributionSamples.Parameters);
                Assert.Equal(expected, ContributionSamples.ReadInPieces(bytes, new Random(cut), again) ?? "accepted");
            }
        }
    }

    [Fact]
    public void TheFilesAreWhatTheCasesMake()
    {
        foreach ((string name, byte[] bytes) in Cases())
        {
            Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(Folder, name + ".bin")));
        }
    }

    /// <summary>Makes the files again, after a change of the format that is meant.</summary>
    [Fact(Explicit = true)]
    public void WriteTheFiles()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "SecureFL.sln")))
        {
            root = root.Parent;
        }

        Assert.NotNull(root);
        string folder = Path.Combine(root.FullName, "tests", "SecureFL.Encoding.Tests", "Corpus");
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] bytes) in Cases())
        {
            File.WriteAllBytes(Path.Combine(folder, name + ".bin"), bytes);
        }
    }

    private static List<(string Name, byte[] Bytes)> Cases()
    {
        byte[] valid = ContributionSamples.Encode(1);
        byte[] other = ContributionSamples.Encode(2);
        int frame = 12 + ContributionSamples.Parameters.ChunkBytes;
        byte[] header = valid[..56];
        byte[] first = valid[56..(56 + frame)];
        byte[] second = valid[(56 + frame)..];
        return
        [
            ("whole.accepted", valid),
            // A chunk of another client under the same parameters is a valid chunk: only hashes and signatures, a layer above, tell.
            ("chunk-of-another-client.accepted", [.. header, .. first, .. other[(56 + frame)..]]),
            ("flipped-residue-bit-below-the-prime.accepted", Edit(valid, 68, b => (byte)(b ^ 1))),
            ("all-residues-zero.accepted", [.. header, .. first[..12], .. new byte[frame - 12], .. second[..12], .. new byte[frame - 12]]),
            ("empty.contribution-length", []),
            ("one-byte.contribution-length", valid[..1]),
            ("header-cut.contribution-length", valid[..55]),
            ("header-only.contribution-length", header),
            ("frame-header-cut.contribution-length", valid[..67]),
            ("frame-header-only.contribution-length", valid[..68]),
            ("last-byte-missing.contribution-length", valid[..^1]),
            ("one-byte-more.contribution-length", [.. valid, 0]),
            ("magic-in-capitals.magic", Edit(valid, 3, b => (byte)(b ^ 0x20))),
            ("version-two.format-version", Edit(valid[..56], 8, _ => 2)),
            ("version-256.format-version", Edit(valid[..56], 9, _ => 1)),
            ("flag.flags", Edit(valid[..56], 11, _ => 0x80)),
            ("chunk-bytes-negative.chunk-bytes", Number(header, 12, uint.MaxValue, 4)),
            ("chunk-bytes-of-a-gigabyte.chunk-bytes", Number(header, 12, 1 << 30, 4)),
            ("chunk-count-zero.chunk-count", Number(header, 16, 0, 8)),
            ("chunk-count-negative.chunk-count", Number(header, 16, ulong.MaxValue, 8)),
            ("chunk-count-of-one-and-one-chunk.chunk-count", [.. Number(header, 16, 1, 8), .. first[..100]]),
            ("digest-bit.parameter-digest", Edit(valid[..56], 55, b => (byte)(b ^ 0x80))),
            ("swapped.chunk-index", [.. header, .. second[..12]]),
            ("index-beyond-64-bits-signed.chunk-index", [.. header, .. Number(first[..12], 0, 1UL << 63, 8)]),
            ("index-plus-two-to-the-32.chunk-index", [.. header, .. Number(first[..12], 0, 1UL << 32, 8)]),
            ("duplicate.chunk-index", [.. header, .. first, .. first[..12]]),
            ("frame-length-zero.chunk-length", [.. header, .. Number(first[..12], 8, 0, 4)]),
            ("frame-length-huge.chunk-length", [.. header, .. Number(first[..12], 8, uint.MaxValue, 4)]),
            ("frame-length-one-more.chunk-length", [.. header, .. Number(first[..12], 8, (ulong)frame - 11, 4)]),
            ("all-ones.residue", [.. header, .. first[..12], .. Enumerable.Repeat((byte)0xFF, frame - 12), .. second[..12]]),
            ("last-residue-all-ones.residue", [.. header, .. first, .. second[..^8], .. Enumerable.Repeat((byte)0xFF, 8)]),
        ];
    }

    private static byte[] Edit(byte[] bytes, int at, Func<byte, byte> change)
    {
        byte[] edited = [.. bytes];
        edited[at] = change(edited[at]);
        return edited;
    }

    private static byte[] Number(byte[] bytes, int at, ulong value, int size)
    {
        byte[] edited = [.. bytes];
        byte[] word = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, value);
        word.AsSpan(0, size).CopyTo(edited.AsSpan(at));
        return edited;
    }
}
