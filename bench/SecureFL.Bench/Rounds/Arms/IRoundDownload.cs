using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// What one client fetches once a round is open: pieces that are read at the server and written at the client, in
/// order.
/// </summary>
internal interface IRoundDownload : IDisposable
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>The server reads a piece.</summary>
    void Read(long offset, Span<byte> piece);

    /// <summary>The client takes a piece.</summary>
    void Write(long offset, ReadOnlySpan<byte> piece);

    /// <summary>
    /// The client has it all, and makes its means of it. Checking and opening is measured as
    /// <see cref="Stage.Verify"/>; that the means are the server's is checked outside of it.
    /// </summary>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    void Finish(StageMeter meter);
}
