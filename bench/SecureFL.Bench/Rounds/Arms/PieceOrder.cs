namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// Where the next message of each client belongs, for arms whose messages are pieces of one length. Not thread-safe.
/// </summary>
internal sealed class PieceOrder(RoundShape shape, int piece, int bytesPerValue)
{
    private readonly long[] _next = new long[shape.Clients];

    /// <summary>The values that a message holds.</summary>
    /// <exception cref="InvalidDataException">The message has another length than the next piece.</exception>
    internal (int First, int Count) Next(int client, int bytes)
    {
        long first = _next[client];
        int count = (int)Math.Min(piece, shape.Parameters - first);
        if (count <= 0 || bytes != count * bytesPerValue)
        {
            throw new InvalidDataException(
                $"client {client} sent {bytes} bytes at value {first}, not {Math.Max(count, 0) * bytesPerValue}");
        }

        _next[client] += count;
        return ((int)first, count);
    }

    /// <summary>Requires that every client sent its whole vector.</summary>
    internal void RequireComplete()
    {
        int missing = Array.FindIndex(_next, next => next != shape.Parameters);
        if (missing >= 0)
        {
            throw new InvalidDataException($"client {missing} sent {_next[missing]} of {shape.Parameters} values");
        }
    }
}
