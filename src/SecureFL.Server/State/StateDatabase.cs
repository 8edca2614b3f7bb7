using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Server.State;

/// <summary>A round as it is stored.</summary>
/// <param name="Round">The protocol's number.</param>
/// <param name="Kind">The kind, as on the wire.</param>
/// <param name="Phase">0 while it is undecided, else the outcome as on the wire.</param>
/// <param name="StartedUnixMilliseconds">When it was begun.</param>
/// <param name="Summary">JSON of what became of it; empty while undecided.</param>
internal sealed record StoredRound(ulong Round, int Kind, int Phase, long StartedUnixMilliseconds, string Summary);

/// <summary>
/// The server's durable state in one SQLite file: write-ahead log, synchronous FULL, so that a committed transaction
/// survives the machine. Transactions are small; the bulk (chunks, models) lies in files. Thread-safe.
/// </summary>
internal sealed class StateDatabase : IDisposable
{
    /// <summary>The version of the tables that this program writes, and the newest that it reads.</summary>
    public const int SchemaVersion = 1;

    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();

    private StateDatabase(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the database, creating it if there is none.</summary>
    /// <exception cref="NotSupportedException">A newer program wrote it: names both versions.</exception>
    /// <exception cref="InvalidDataException">It belongs to another plan, or is damaged.</exception>
    public static StateDatabase Open(string path, Digest plan)
    {
        SqliteConnection connection = new(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Run(connection,
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=0;");
            StateDatabase database = new(connection);
            database.Prepare(path, plan);
            return database;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw new InvalidDataException(
                $"{path} cannot be opened as the server's state: {FaultText.Of(fault)}", fault);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes all changes of one transaction durable, or none.</summary>
    /// <exception cref="IOException">The disk is full or fails; nothing was changed.</exception>
    public void Commit(Action<StateWriter> changes)
    {
        lock (_lock)
        {
            try
            {
                Run(_connection, "BEGIN IMMEDIATE");
                changes(new StateWriter(_connection));
                Run(_connection, "COMMIT");
            }
            catch (SqliteException fault)
            {
                RollBack();
                throw new IOException($"the server's state could not be written: {FaultText.Of(fault)}", fault);
            }
            catch
            {
                RollBack();
                throw;
            }
        }
    }

    /// <summary>A setting of the session; null if there is none.</summary>
    public byte[]? Value(string key) =>
        Query("SELECT value FROM settings WHERE key = $0", reader => (byte[])reader[0], key).FirstOrDefault();

    /// <summary>A setting that is a number.</summary>
    public long Number(string key, long otherwise) => Value(key) is { Length: 8 } bytes
        ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : otherwise;

    /// <summary>A setting that is text.</summary>
    public string? Text(string key) => Value(key) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    /// <summary>The newest rounds, oldest first.</summary>
    public IReadOnlyList<StoredRound> Rounds(int most) =>
    [
        .. Enumerable.Reverse(Query(
            "SELECT round, kind, phase, started, summary FROM rounds ORDER BY round DESC LIMIT $0",
            reader => new StoredRound((ulong)reader.GetInt64(0), reader.GetInt32(1), reader.GetInt32(2),
                reader.GetInt64(3), reader.GetString(4)),
            most)),
    ];

    /// <summary>The facts of a round.</summary>
    public IReadOnlyList<RoundFact> Facts(ulong round) => Query(
        "SELECT kind, party, message FROM facts WHERE round = $0 ORDER BY kind, party",
        reader => new RoundFact((FactKind)reader.GetInt32(0), reader.GetInt32(1), (byte[])reader[2]),
        (long)round);

    /// <summary>One message of any round.</summary>
    public byte[]? Fact(ulong round, FactKind kind, int party = 0) => Query(
        "SELECT message FROM facts WHERE round = $0 AND kind = $1 AND party = $2", reader => (byte[])reader[0],
        (long)round, (int)kind, party).FirstOrDefault();

    /// <summary>Death certificates that a holder has not taken yet, oldest first.</summary>
    public IReadOnlyList<(ulong Round, byte[] Certificate)> DeathsFor(int holder) => Query(
        "SELECT round, message FROM facts d WHERE kind = $0 AND NOT EXISTS (SELECT 1 FROM facts t WHERE t.round = "
        + "d.round AND t.kind = $1 AND t.party = $2) ORDER BY round",
        reader => ((ulong)reader.GetInt64(0), (byte[])reader[1]),
        (int)FactKind.DeathCertificate, (int)FactKind.DeathTaken, holder);

    /// <summary>All model versions, oldest first.</summary>
    public IReadOnlyList<byte[]> Versions() =>
        Query("SELECT message FROM versions ORDER BY number", reader => (byte[])reader[0]);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    // A full disk makes SQLite roll back by itself: then there is nothing left to do. The framework's transaction
    // objects take that for a fault of their own, and block the connection.
    private void RollBack()
    {
        try
        {
            Run(_connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Prepare(string path, Digest plan)
    {
        long version = Query("PRAGMA user_version", reader => reader.GetInt64(0))[0];
        if (version > SchemaVersion)
        {
            throw new NotSupportedException(
                $"{path} has version {version}, this program reads up to version {SchemaVersion}");
        }

        if (version == 0)
        {
            Commit(writer => writer.Create(SchemaVersion, plan));
        }

        byte[] owner = Value("plan") ?? throw new InvalidDataException($"{path} names no plan");
        if (new Digest(owner) != plan)
        {
            throw new InvalidDataException(
                $"{path} belongs to plan {new Digest(owner).ToShortString()}, the server has plan "
                + $"{plan.ToShortString()}");
        }
    }

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params object[] parameters)
    {
        lock (_lock)
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = sql;
            StateWriter.Bind(command, parameters);
            using SqliteDataReader reader = command.ExecuteReader();
            List<T> rows = [];
            while (reader.Read())
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }
}
