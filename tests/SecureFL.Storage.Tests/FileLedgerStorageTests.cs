using SecureFL.Storage.Devices;
using SecureFL.Storage.Ledgers;

namespace SecureFL.Storage.Tests;

/// <summary>
/// The file alone: what was flushed survives every crash, a torn write is cut off, damage is refused.
/// </summary>
public sealed class FileLedgerStorageTests
{
    private static readonly string Path = System.IO.Path.GetFullPath("/disk/ledger");

    [Fact]
    public void Records_survive_and_the_file_is_locked()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("securefl-ledger-");
        string path = System.IO.Path.Combine(directory.FullName, "ledger");
        using (FileLedgerStorage storage = new(path))
        {
            Assert.Empty(storage.ReadAll());
            storage.Append([1, 2, 3]);
            storage.Append([]);
            storage.Flush();
            Assert.Throws<IOException>(() => new FileLedgerStorage(path));
        }

        using (FileLedgerStorage storage = new(path))
        {
            Assert.Equal([[1, 2, 3], []], storage.ReadAll().Select(r => r.ToArray()));
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public void A_crash_at_any_operation_keeps_every_flushed_record_and_never_half_of_one()
    {
        int operations = Count(out byte[][] records);
        for (int operation = 0; operation < operations; operation++)
        {
            for (int seed = 0; seed < 200; seed++)
            {
                SimulatedDisk disk = new();
                disk.FailAt(operation, (operation * 1000) + seed);
                int flushed = WriteAll(disk, records);
                disk.Reboot();
                using FileLedgerStorage recovered = new(Path, disk);
                byte[][] kept = [.. recovered.ReadAll().Select(r => r.ToArray())];
                Assert.InRange(kept.Length, flushed, flushed + 1);
                Assert.Equal(records[..kept.Length], kept);
                recovered.Append([42]);
                recovered.Flush();
                disk.Reboot();
                using FileLedgerStorage again = new(Path, disk);
                Assert.Equal([42], again.ReadAll()[^1].ToArray());
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_any_byte_is_refused_and_never_drops_a_record()
    {
        SimulatedDisk disk = new();
        Count(out byte[][] records);
        WriteAll(disk, records);
        byte[] content = disk.Read(Path);
        for (int position = 0; position < content.Length; position++)
        {
            SimulatedDisk damaged = new();
            using (IDeviceFile file = damaged.Create(Path))
            {
                byte[] flipped = [.. content];
                flipped[position] ^= (byte)(1 << (position % 8));
                file.Write(0, flipped);
                file.Flush();
            }

            Exception? refusal = Record.Exception(() =>
            {
                using FileLedgerStorage storage = new(Path, damaged);
            });

            // A length that grew beyond the end of the file in the very last record looks like a torn write: peers'
            // heads catch that one.
            int lastFrame = content.Length - records[^1].Length - LedgerFrame.Overhead;
            bool inLastLength = position >= lastFrame && position < lastFrame + LedgerFrame.LengthBytes;
            Assert.True(refusal is InvalidDataException || inLastLength,
                $"byte {position} of {content.Length}: {refusal?.Message ?? "accepted"}");
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(3000, Traits = ["Category", "Slow"])]
    public void A_truncation_to_any_length_gives_whole_records(int longest)
    {
        SimulatedDisk disk = new();
        Count(out byte[][] records);
        records = [.. records.Where(record => record.Length <= longest)];
        WriteAll(disk, records);
        byte[] content = disk.Read(Path);
        for (int length = 8; length < content.Length; length++)
        {
            SimulatedDisk cut = new();
            using (IDeviceFile file = cut.Create(Path))
            {
                file.Write(0, content.AsSpan(0, length));
                file.Flush();
            }

            using FileLedgerStorage storage = new(Path, cut);
            byte[][] kept = [.. storage.ReadAll().Select(r => r.ToArray())];
            Assert.Equal(records[..kept.Length], kept);
        }
    }

    [Fact]
    public void After_a_failed_write_or_flush_nothing_more_is_taken()
    {
        foreach (int operation in new[] { 0, 1 })
        {
            SimulatedDisk disk = new();
            using FileLedgerStorage storage = new(Path, disk);
            disk.FailAt(operation, 1);
            Assert.Throws<PowerFailure>(() =>
            {
                storage.Append([1]);
                storage.Flush();
            });
            Assert.Throws<IOException>(() => storage.Append([2]));
            Assert.Throws<IOException>(() => storage.Flush());
        }
    }

    [Fact]
    public void Another_file_is_not_a_ledger()
    {
        SimulatedDisk disk = new();
        using (IDeviceFile file = disk.Create(Path))
        {
            file.Write(0, "something else"u8);
        }

        Assert.Throws<InvalidDataException>(() => new FileLedgerStorage(Path, disk));
    }

    private static int Count(out byte[][] records)
    {
        Random random = new(5);
        records = [.. new[] { 1, 40, 600, 3000, 0, 700 }.Select(length =>
        {
            byte[] record = new byte[length];
            random.NextBytes(record);
            return record;
        })];
        SimulatedDisk disk = new();
        WriteAll(disk, records);
        return disk.Operations;
    }

    // How many records were flushed before the power failed.
    private static int WriteAll(SimulatedDisk disk, byte[][] records)
    {
        int flushed = 0;
        try
        {
            using FileLedgerStorage storage = new(Path, disk);
            foreach (byte[] record in records)
            {
                storage.Append(record);
                storage.Flush();
                flushed++;
            }
        }
        catch (PowerFailure)
        {
        }

        return flushed;
    }
}
