using System.Collections.Immutable;
using System.Globalization;
using Parquet;
using Parquet.Schema;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Files;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Cli.Sites;

/// <summary>Apache Parquet to a table: flat columns of numbers, texts, truth values, dates and times.</summary>
internal static class ParquetTable
{
    /// <summary>Reads all row groups; row r of the file is line r + 1 in messages.</summary>
    /// <exception cref="DataFormatException">Nested columns, a type that is no cell, damage, or no row.</exception>
    internal static RawTable Read(Stream stream, string path)
    {
        try
        {
            return ReadAsync(stream, path).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is ParquetException or IOException or InvalidDataException
            or NotSupportedException
            or IndexOutOfRangeException or ArgumentException or OverflowException or InvalidOperationException
            or OutOfMemoryException)
        {
            throw new DataFormatException(
                path, "a Parquet file that cannot be read: it is damaged, encrypted, or of a newer kind", inner: fault,
                wayOut: "write it again, or as CSV");
        }
    }

    private static async Task<RawTable> ReadAsync(Stream stream, string path)
    {
        ParquetReader reader = await ParquetReader.CreateAsync(
            stream, new ParquetOptions { UseDateOnlyTypeForDates = true }, leaveStreamOpen: true).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            DataField[] fields = [.. reader.Schema.Fields.Select(field => field as DataField is { IsArray: false } flat
                ? flat
                : throw new DataFormatException(path, "a nested column has no cells", column: field.Name,
                    wayOut: "flatten it, or leave it out of the file"))];
            List<RawRow> rows = [];
            RefuseBombs(reader, fields.Length, stream.Length, path);
            for (int g = 0; g < reader.RowGroupCount; g++)
            {
                using ParquetRowGroupReader group = reader.OpenRowGroupReader(g);
                string[][] columns = new string[fields.Length][];
                for (int c = 0; c < fields.Length; c++)
                {
                    columns[c] = await CellsAsync(group, fields[c], path).ConfigureAwait(false);
                }

                for (int r = 0; r < checked((int)group.RowCount); r++)
                {
                    int row = r;
                    rows.Add(new RawRow(rows.Count + 1, [.. columns.Select(column => column[row])]));
                }
            }

            ImmutableArray<string> names =
                HeaderRule.Names(path, new RawRow(1, [.. fields.Select(field => CsvTableReader.Clean(field.Name))]));
            return rows.Count == 0 ? throw new DataFormatException(path, "the file holds no row")
                : new RawTable(path, names, rows);
        }
    }

    // A column of one value takes a few bytes for any number of rows: what counts is the cells, and what the pages
    // announce.
    private static void RefuseBombs(ParquetReader reader, int columns, long packed, string path)
    {
        long cells = 0;
        long bytes = 0;
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(g);
            cells = checked(cells + (group.RowCount * columns));
            bytes = checked(bytes + (reader.Metadata?.RowGroups[g].TotalByteSize ?? 0));
            UnpackLimit.Require(path, packed, Math.Max(cells, bytes),
                "write the table as CSV, or without columns of one value");
        }
    }

    private static Task<string[]> CellsAsync(ParquetRowGroupReader group, DataField field, string path)
    {
        Type type = field.ClrType;
        return type == typeof(string) || type == typeof(ReadOnlyMemory<char>) ? TextsAsync(group, field)
            : type == typeof(bool) ? CellsAsync<bool>(group, field, value => value ? "True" : "False")
            : type == typeof(byte) ? NumbersAsync<byte>(group, field)
            : type == typeof(sbyte) ? NumbersAsync<sbyte>(group, field)
            : type == typeof(short) ? NumbersAsync<short>(group, field)
            : type == typeof(ushort) ? NumbersAsync<ushort>(group, field)
            : type == typeof(int) ? NumbersAsync<int>(group, field)
            : type == typeof(uint) ? NumbersAsync<uint>(group, field)
            : type == typeof(long) ? NumbersAsync<long>(group, field)
            : type == typeof(ulong) ? NumbersAsync<ulong>(group, field)
            : type == typeof(Half) ? NumbersAsync<Half>(group, field)
            : type == typeof(float) ? NumbersAsync<float>(group, field)
            : type == typeof(double) ? NumbersAsync<double>(group, field)
            : type == typeof(decimal) ? NumbersAsync<decimal>(group, field)
            : type == typeof(DateOnly) ? CellsAsync<DateOnly>(group, field,
                value => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
            : type == typeof(DateTime) ? CellsAsync<DateTime>(group, field,
                value => value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture))
            : type == typeof(TimeOnly) ? CellsAsync<TimeOnly>(group, field,
                value => value.ToString("HH:mm:ss", CultureInfo.InvariantCulture))
            : type == typeof(TimeSpan) ? CellsAsync<TimeSpan>(group, field,
                value => value.TotalSeconds.ToString("R", CultureInfo.InvariantCulture))
            : type == typeof(Guid) ? CellsAsync<Guid>(group, field, value => value.ToString())
            : throw new DataFormatException(path, "bytes are no cell", column: field.Name,
                wayOut: "leave the column out of the file, or write it as text");
    }

    private static Task<string[]> NumbersAsync<T>(ParquetRowGroupReader group, DataField field)
        where T : struct, IFormattable =>
        CellsAsync<T>(group, field, value => value.ToString(null, CultureInfo.InvariantCulture));

    private static async Task<string[]> CellsAsync<T>(ParquetRowGroupReader group, DataField field,
        Func<T, string> write)
        where T : struct
    {
        int count = checked((int)group.RowCount);
        if (!field.IsNullable)
        {
            T[] values = new T[count];
            await group.ReadAsync<T>(field, values.AsMemory()).ConfigureAwait(false);
            return [.. values.Select(write)];
        }

        T?[] some = new T?[count];
        await group.ReadAsync<T>(field, some.AsMemory()).ConfigureAwait(false);
        return [.. some.Select(value => value is T present ? write(present) : "")];
    }

    private static async Task<string[]> TextsAsync(ParquetRowGroupReader group, DataField field)
    {
        string?[] texts = new string?[checked((int)group.RowCount)];
        await group.ReadAsync(field, texts.AsMemory()).ConfigureAwait(false);
        Dictionary<string, string> pool = new(StringComparer.Ordinal);
        return [.. texts.Select(text => Pooled(pool, text ?? ""))];
    }

    private static string Pooled(Dictionary<string, string> pool, string text)
    {
        if (!pool.TryGetValue(text, out string? known))
        {
            known = CsvTableReader.Clean(text);
            if (pool.Count < 100_000)
            {
                pool.Add(text, known);
            }
        }

        return known;
    }
}
