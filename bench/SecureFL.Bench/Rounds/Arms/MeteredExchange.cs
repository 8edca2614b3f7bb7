using SecureFL.Bench.Rounds.Metering;
using SecureFL.Local;
using SecureFL.Messages.Wire;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// Measures what key holders and server do with the messages between them: the holders' work as
/// <see cref="Stage.KeyHolders"/>, the server's on partial decryptions as <see cref="Stage.Open"/>; making the tasks is
/// in neither. All holders get and send alike (joint-key: all active ones): the first one's bytes stand for them.
/// </summary>
internal sealed class MeteredExchange : LocalExchange
{
    private StageMeter? _meter;

    /// <summary>Bytes of the round so far, to and from a key holder.</summary>
    public (long Received, long Sent) Bytes { get; private set; }

    /// <summary>A round begins with these bytes.</summary>
    public void Start(long received, long sent) => Bytes = (received, sent);

    /// <summary>Measures until the result is disposed.</summary>
    public IDisposable Measure(StageMeter meter)
    {
        _meter = meter;
        return new Measuring(this);
    }

    public override byte[] Answer(Protocol.Roles.KeyHolder holder, byte[] task)
    {
        if (_meter is not { } meter)
        {
            return base.Answer(holder, task);
        }

        byte[] answer;
        using (meter.Enter(Stage.KeyHolders))
        {
            answer = base.Answer(holder, task);
        }

        if (holder.Index == 0)
        {
            Bytes = (Bytes.Received + task.Length, Bytes.Sent + answer.Length);
        }

        return answer;
    }

    public override void Take(Protocol.Roles.KeyHolder holder, byte[] task, byte[] answer, Action take)
    {
        if (_meter is { } meter && answer.Length > 0 && (MessageType)answer[0] == MessageType.PartialDecryptionChunk)
        {
            using (meter.Enter(Stage.Open))
            {
                take();
            }
        }
        else
        {
            take();
        }
    }

    private sealed class Measuring(MeteredExchange exchange) : IDisposable
    {
        public void Dispose() => exchange._meter = null;
    }
}
