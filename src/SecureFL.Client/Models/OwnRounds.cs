using System.Buffers.Binary;
using SecureFL.Client.Sources;

namespace SecureFL.Client.Models;

/// <summary>
/// In which of the sums that this client has checked its own contribution is: what error feedback goes by. Immutable.
/// </summary>
/// <param name="Since">The first round that it knows of: sums before it were not checked.</param>
/// <param name="InSum">The newest rounds with this client's contribution, rising.</param>
internal sealed record OwnRounds(ulong Since, IReadOnlyList<ulong> InSum)
{
    // A client asks for the last round that it contributed to.
    private const int Kept = 64;
    private const int Fixed = sizeof(ulong) + sizeof(int);

    /// <summary>Nothing is known of rounds before this one.</summary>
    internal static OwnRounds From(ulong round) => new(round, []);

    /// <summary>A sum was checked.</summary>
    internal OwnRounds With(ulong round, bool isInSum) =>
        isInSum ? this with { InSum = [.. InSum.Append(round).TakeLast(Kept)] } : this;

    /// <summary>
    /// Whether a contribution is in its round's sum. A round that made no version died, or is not decided: nothing of
    /// it is in a sum.
    /// </summary>
    internal SumMembership Of(ulong round) => round < Since ? SumMembership.Forgotten
        : InSum.Contains(round) ? SumMembership.InSum : SumMembership.NotInSum;

    /// <summary>Writes it.</summary>
    internal void Write(Stream stream)
    {
        byte[] bytes = new byte[Fixed + (InSum.Count * sizeof(ulong))];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Since);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong)), InSum.Count);
        for (int i = 0; i < InSum.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Fixed + (i * sizeof(ulong))), InSum[i]);
        }

        stream.Write(bytes);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is not that.</exception>
    internal static OwnRounds Read(Stream stream)
    {
        Span<byte> head = stackalloc byte[Fixed];
        stream.ReadExactly(head);
        int count = BinaryPrimitives.ReadInt32LittleEndian(head[sizeof(ulong)..]);
        if (count is < 0 or > Kept)
        {
            throw new InvalidDataException($"{count} rounds, at most {Kept}");
        }

        byte[] rounds = new byte[count * sizeof(ulong)];
        stream.ReadExactly(rounds);
        return new OwnRounds(
            BinaryPrimitives.ReadUInt64LittleEndian(head),
            [.. Enumerable.Range(0, count)
                .Select(i => BinaryPrimitives.ReadUInt64LittleEndian(rounds.AsSpan(i * sizeof(ulong))))]);
    }
}
