using System.Buffers.Binary;
using System.Diagnostics;
using SecureFL.Messages.Primitives;
using SecureFL.Storage.Devices;
using SecureFL.Storage.Ledgers;

namespace SecureFL.Storage.Clients;

/// <summary>A question that a data set has answered.</summary>
/// <param name="Question">What was computed, by its content alone.</param>
/// <param name="Plan">The plan that asked.</param>
/// <param name="When">The first time that it did.</param>
internal readonly record struct DataSetAnswer(Digest Question, Digest Plan, DateTimeOffset When);

/// <summary>
/// The durable memory of one data set, over all plans of its hospital: which questions its rows have answered, and to
/// which plan. Recorded before the first byte of an answer leaves; what was recorded and never sent counts as answered.
/// Opened for a moment at a time, so that plans that run side by side share it; a write that a crash tore is cut off,
/// damage anywhere else is refused. Thread-safe and safe between processes.
/// </summary>
internal sealed class DataSetJournal
{
    private const int HeaderBytes = Digest.Size + sizeof(long);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _path;
    private readonly IFileDevice? _device;

    /// <summary>The journal in a file, which appears with its first record. Its folder must exist.</summary>
    internal DataSetJournal(string path)
        : this(path, null)
    {
    }

    internal DataSetJournal(string path, IFileDevice? device)
    {
        _path = Path.GetFullPath(path);
        _device = device;
    }

    /// <summary>
    /// What other plans than this one had answered of some questions, without those that this plan had answered itself:
    /// its own journal decides on them.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal IReadOnlyList<DataSetAnswer> AnsweredElsewhere(Digest plan, IReadOnlyCollection<Digest> questions)
    {
        using FileStream? alone = Lock();
        if (!(_device ?? FileDevice.Instance).Exists(_path))
        {
            return [];
        }

        using FileLedgerStorage ledger = Open();
        return Elsewhere(Read(ledger), plan, questions);
    }

    /// <summary>
    /// Records durably that the plan has these questions answered; unless another plan had one of them that may not be
    /// repeated: then nothing is recorded.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="mayRepeat">Those that may be answered again.</param>
    /// <param name="now">The time.</param>
    /// <returns>What stands in the way; empty where it is recorded.</returns>
    /// <exception cref="IOException">The file cannot be read or written: nothing may leave.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal IReadOnlyList<DataSetAnswer> Claim(Digest plan, IReadOnlyCollection<Digest> questions,
        Func<Digest, bool> mayRepeat, DateTimeOffset now)
    {
        using FileStream? alone = Lock();
        using FileLedgerStorage ledger = Open();
        List<DataSetAnswer> known = Read(ledger);
        DataSetAnswer[] refused =
            [.. Elsewhere(known, plan, questions).Where(answer => !mayRepeat(answer.Question))];
        if (refused.Length > 0)
        {
            return refused;
        }

        HashSet<Digest> own = [.. known.Where(answer => answer.Plan == plan).Select(answer => answer.Question)];
        Digest[] fresh = [.. questions.Where(own.Add)];
        if (fresh.Length > 0)
        {
            ledger.Append(Encode(plan, fresh, now));
            ledger.Flush();
        }

        return [];
    }

    private static IReadOnlyList<DataSetAnswer> Elsewhere(List<DataSetAnswer> known, Digest plan,
        IReadOnlyCollection<Digest> questions)
    {
        HashSet<Digest> open = [.. questions];
        open.ExceptWith(known.Where(answer => answer.Plan == plan).Select(answer => answer.Question));
        return [.. known.Where(answer => open.Remove(answer.Question))];
    }

    private static byte[] Encode(Digest plan, Digest[] questions, DateTimeOffset now)
    {
        byte[] record = new byte[HeaderBytes + (questions.Length * Digest.Size)];
        plan.CopyTo(record);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(Digest.Size), now.ToUnixTimeSeconds());
        for (int i = 0; i < questions.Length; i++)
        {
            questions[i].CopyTo(record.AsSpan(HeaderBytes + (i * Digest.Size)));
        }

        return record;
    }

    private List<DataSetAnswer> Read(FileLedgerStorage ledger)
    {
        List<DataSetAnswer> answers = [];
        foreach (ReadOnlyMemory<byte> record in ledger.ReadAll())
        {
            ReadOnlySpan<byte> bytes = record.Span;
            if (bytes.Length <= HeaderBytes || (bytes.Length - HeaderBytes) % Digest.Size != 0)
            {
                throw new InvalidDataException($"a record of {_path} has {bytes.Length} bytes: it is no journal of a "
                    + "data set");
            }

            Digest plan = new(bytes[..Digest.Size]);
            long seconds = BinaryPrimitives.ReadInt64LittleEndian(bytes[Digest.Size..]);
            DateTimeOffset when = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds,
                DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
            for (int at = HeaderBytes; at < bytes.Length; at += Digest.Size)
            {
                answers.Add(new DataSetAnswer(new Digest(bytes.Slice(at, Digest.Size)), plan, when));
            }
        }

        return answers;
    }

    private FileLedgerStorage Open() => new(_path, _device ?? FileDevice.Instance);

    // Another plan of the hospital has the file for as long as one write takes.
    private FileStream? Lock()
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (_device is null)
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited.Elapsed < Patience && Directory.Exists(Path.GetDirectoryName(_path)))
            {
                Thread.Sleep(20);
            }
        }

        return null;
    }
}
