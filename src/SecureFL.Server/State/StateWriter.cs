using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Server.State;

/// <summary>The changes of one transaction of the <see cref="StateDatabase"/>.</summary>
internal sealed class StateWriter(SqliteConnection connection)
{
    /// <summary>Stores or replaces a setting.</summary>
    public void Set(string key, byte[] value) =>
        Run("INSERT OR REPLACE INTO settings (key, value) VALUES ($0, $1)", key, value);

    /// <summary>Stores or replaces a number.</summary>
    public void Set(string key, long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        Set(key, bytes);
    }

    /// <summary>Stores or replaces a text.</summary>
    public void Set(string key, string value) => Set(key, System.Text.Encoding.UTF8.GetBytes(value));

    /// <summary>Begins a round.</summary>
    public void AddRound(StoredRound round) => Run(
        "INSERT INTO rounds (round, kind, phase, started, summary) VALUES ($0, $1, $2, $3, $4)",
        (long)round.Round, round.Kind, round.Phase, round.StartedUnixMilliseconds, round.Summary);

    /// <summary>Decides a round.</summary>
    public void EndRound(ulong round, int outcome, string summary) =>
        Run("UPDATE rounds SET phase = $1, summary = $2 WHERE round = $0", (long)round, outcome, summary);

    /// <summary>Stores a fact of a round; a repeated one replaces the former.</summary>
    public void Add(ulong round, RoundFact fact)
    {
        foreach (FactKind kind in fact.TakesBack)
        {
            Run("DELETE FROM facts WHERE round = $0 AND kind = $1 AND party = $2", (long)round, (int)kind, fact.Party);
        }

        if (!fact.IsTakenBack)
        {
            Run("INSERT OR REPLACE INTO facts (round, kind, party, message) VALUES ($0, $1, $2, $3)", (long)round,
                (int)fact.Kind, fact.Party, fact.Bytes.ToArray());
        }
    }

    /// <summary>
    /// Removes what a decided round no longer needs: the bulk is in the transcript; the proof of a death stays.
    /// </summary>
    public void ForgetFacts(ulong round) => Run(
        "DELETE FROM facts WHERE round = $0 AND kind NOT IN ($1, $2)", (long)round, (int)FactKind.DeathCertificate,
        (int)FactKind.DeathTaken);

    /// <summary>Appends a model version.</summary>
    public void AddVersion(ModelVersion version) =>
        Run("INSERT INTO versions (number, message) VALUES ($0, $1)", (long)version.Number, version.Encode());

    internal void Create(int schema, Digest plan)
    {
        Run("CREATE TABLE settings (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
        Run(
            "CREATE TABLE rounds (round INTEGER PRIMARY KEY, kind INTEGER NOT NULL, phase INTEGER NOT NULL, started "
            + "INTEGER NOT NULL, summary TEXT NOT NULL)");
        Run(
            "CREATE TABLE facts (round INTEGER NOT NULL REFERENCES rounds (round), kind INTEGER NOT NULL, party "
            + "INTEGER NOT NULL, message BLOB NOT NULL, PRIMARY KEY (round, kind, party))");
        Run("CREATE TABLE versions (number INTEGER PRIMARY KEY, message BLOB NOT NULL)");
        Set("plan", plan.ToArray());
        Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {schema}"));
    }

    internal static void Bind(SqliteCommand command, object[] parameters)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${i}"), parameters[i]);
        }
    }

    private void Run(string sql, params object[] parameters)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this type; values are bound
        command.CommandText = sql;
#pragma warning restore CA2100
        Bind(command, parameters);
        command.ExecuteNonQuery();
    }
}
