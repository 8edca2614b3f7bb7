using SecureFL.Messages.Primitives;
using SecureFL.Storage.Clients;
using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Tests;

/// <summary>
/// What a data set has answered survives every crash, is shared by plans that run side by side, and is never shorter
/// than it was.
/// </summary>
public sealed class DataSetJournalTests
{
    private static readonly string Disk = Path.GetFullPath("/disk/rows.sfl");
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Another_plan_is_told_of_the_answer_and_the_same_plan_is_not()
    {
        SimulatedDisk disk = new();
        DataSetJournal journal = new(Disk, disk);
        Assert.Empty(journal.AnsweredElsewhere(Of(1), [Of(10)]));
        Assert.Empty(Claim(journal, 1, [10, 11]));
        Assert.Empty(Claim(journal, 1, [10, 11]));
        Assert.Empty(journal.AnsweredElsewhere(Of(1), [Of(10), Of(11)]));
        DataSetAnswer former = Assert.Single(journal.AnsweredElsewhere(Of(2), [Of(11), Of(12)]));
        Assert.Equal(new DataSetAnswer(Of(11), Of(1), Day), former);

        // What is refused leaves no record; what may be repeated does, and is the second plan's own from then on.
        Assert.Equal(former, Assert.Single(Claim(journal, 2, [11, 12])));
        Assert.Empty(journal.AnsweredElsewhere(Of(3), [Of(12)]));
        Assert.Empty(Claim(journal, 2, [11, 12], mayRepeat: 11));
        Assert.Empty(new DataSetJournal(Disk, disk).AnsweredElsewhere(Of(2), [Of(11), Of(12)]));
        Assert.Equal([Of(1), Of(2)], new DataSetJournal(Disk, disk).AnsweredElsewhere(Of(3), [Of(11), Of(12)])
            .Select(answer => answer.Plan));
    }

    [Fact]
    public void A_crash_at_any_operation_keeps_what_was_claimed_and_never_half_a_record()
    {
        for (int operation = 0; operation < 40; operation++)
        {
            for (int seed = 0; seed < 25; seed++)
            {
                SimulatedDisk disk = new();
                disk.FailAt(operation, (operation * 1000) + seed);
                int claimed = 0;
                try
                {
                    for (; claimed < 4; claimed++)
                    {
                        Claim(new DataSetJournal(Disk, disk), 1, [2 * claimed, (2 * claimed) + 1]);
                    }
                }
                catch (PowerFailure)
                {
                }

                disk.Reboot();
                DataSetJournal recovered = new(Disk, disk);
                Digest[] kept = [.. recovered.AnsweredElsewhere(Of(2), [.. Enumerable.Range(0, 8).Select(Of)])
                    .Select(answer => answer.Question)];
                Assert.Equal(0, kept.Length % 2);
                Assert.InRange(kept.Length, 2 * claimed, (2 * claimed) + 2);
                Assert.Equal(Enumerable.Range(0, kept.Length).Select(Of), kept);
                Assert.Empty(Claim(recovered, 3, [9]));
                Assert.Single(new DataSetJournal(Disk, disk).AnsweredElsewhere(Of(2), [Of(9)]));
            }
        }
    }

    [Fact]
    public void Damage_is_refused_and_nothing_is_forgotten_for_it()
    {
        SimulatedDisk disk = new();
        Claim(new DataSetJournal(Disk, disk), 1, [1]);
        Claim(new DataSetJournal(Disk, disk), 1, [2]);
        // A length of the last record that grew looks like a torn write: the records before it are looked at.
        int last = disk.Read(Disk).Length;
        Claim(new DataSetJournal(Disk, disk), 1, [3]);
        byte[] content = disk.Read(Disk);
        for (int position = 0; position < last; position++)
        {
            SimulatedDisk damaged = new();
            using (IDeviceFile file = damaged.Create(Disk))
            {
                byte[] flipped = [.. content];
                flipped[position] ^= (byte)(1 << (position % 8));
                file.Write(0, flipped);
                file.Flush();
            }

            Assert.Throws<InvalidDataException>(
                () => new DataSetJournal(Disk, damaged).AnsweredElsewhere(Of(2), [Of(1)]));
            Assert.Throws<InvalidDataException>(() => Claim(new DataSetJournal(Disk, damaged), 2, [1]));
        }
    }

    [Fact]
    public void Of_plans_that_run_side_by_side_one_gets_the_answer()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-dataset-");
        string path = Path.Combine(folder.FullName, "rows.sfl");
        const int Plans = 4;
        int[] granted = new int[20];
        Parallel.For(0, Plans, new ParallelOptions { MaxDegreeOfParallelism = Plans }, plan =>
        {
            for (int question = 0; question < granted.Length; question++)
            {
                if (Claim(new DataSetJournal(path), 1000 + plan, [question]).Count == 0)
                {
                    Interlocked.Increment(ref granted[question]);
                }
            }
        });

        Assert.All(granted, plans => Assert.Equal(1, plans));
        folder.Delete(recursive: true);
    }

    private static IReadOnlyList<DataSetAnswer> Claim(DataSetJournal journal, int plan, int[] questions,
        int? mayRepeat = null) =>
        journal.Claim(Of(plan), [.. questions.Select(Of)],
            question => mayRepeat is int free && question == Of(free), Day);

    private static Digest Of(int number)
    {
        byte[] bytes = new byte[Digest.Size];
        BitConverter.TryWriteBytes(bytes, number);
        return new Digest(bytes);
    }
}
