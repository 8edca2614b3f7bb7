namespace SecureFL.Transport.Calls;

/// <summary>
/// The sending side of a stream. Safe for concurrent use: messages that are written concurrently are sent whole, in
/// some order.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
public interface IGrpcWriter<in T>
{
    /// <summary>
    /// Sends one message; completes when the transport has taken it, which may wait for the peer's window.
    /// </summary>
    /// <param name="message">The message; not kept.</param>
    /// <param name="ct">Gives up waiting. A message that was half sent ends the call.</param>
    /// <returns>When the message is handed over.</returns>
    /// <exception cref="GrpcException">The message is larger than the limit (RESOURCE_EXHAUSTED), or the call has
    /// ended.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled, or <paramref name="ct"/>.</exception>
    ValueTask WriteAsync(T message, CancellationToken ct = default);
}
