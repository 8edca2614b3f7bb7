using System.Numerics.Tensors;
using SecureFL.Bench.Rounds.Metering;

namespace SecureFL.Bench.Rounds.Arms;

/// <summary>
/// An arm without keys and set-up: clients send their vectors in pieces, each in so many bytes a value, and the server
/// adds them to float32 sums as they come. What is left to say is how a piece is written and how it is added.
/// </summary>
/// <param name="name">As the user names it.</param>
/// <param name="description">One sentence on what the arm does.</param>
/// <param name="bytesPerValue">On the wire.</param>
internal abstract class PieceArm(string name, string description, int bytesPerValue) : IRoundArm
{
    private const int Piece = 1 << 16;

    public string Name => name;

    public string Description => description;

    public IArmSession CreateSession(RoundShape shape) => new Session(this, shape, bytesPerValue);

    /// <summary>
    /// Writes values into a message of their length times the bytes a value. Work that is more than serialising is
    /// measured as its stage.
    /// </summary>
    protected abstract void Write(ReadOnlySpan<float> values, Span<byte> message, StageMeter meter);

    /// <summary>Adds a message to the sums of its values; measured as <see cref="Stage.Add"/>.</summary>
    protected abstract void Add(ReadOnlySpan<byte> message, Span<float> sums);

    private sealed class Session(PieceArm arm, RoundShape shape, int bytesPerValue) : IArmSession
    {
        // The server's vector, as in the other arms the same from round to round.
        private readonly float[] _sums = new float[shape.Parameters];

        public SecurityClaim Security => new(0, "none: the server sees every client's vector");

        public string ParameterSet => $"{bytesPerValue} bytes a value";

        public IArmRound OpenRound(StageMeter meter)
        {
            Array.Clear(_sums);
            return new Round(arm, shape, bytesPerValue, _sums);
        }

        public void Dispose()
        {
        }
    }

    private sealed class Round(PieceArm arm, RoundShape shape, int bytesPerValue, float[] sums) : IArmRound
    {
        private readonly PieceOrder _order = new(shape, Piece, bytesPerValue);

        public ReadOnlyMemory<float> Means => sums;

        public IEnumerable<ReadOnlyMemory<byte>> Contribute(int client, ReadOnlyMemory<float> vector, StageMeter meter)
        {
            byte[] message = new byte[Math.Min(Piece, vector.Length) * bytesPerValue];
            for (int first = 0; first < vector.Length; first += Piece)
            {
                int count = Math.Min(Piece, vector.Length - first);
                Memory<byte> piece = message.AsMemory(0, count * bytesPerValue);
                arm.Write(vector.Span.Slice(first, count), piece.Span, meter);
                yield return piece;
            }
        }

        public void Receive(int client, ReadOnlyMemory<byte> message, StageMeter meter)
        {
            (int first, int count) = _order.Next(client, message.Length);
            using (meter.Enter(Stage.Add))
            {
                arm.Add(message.Span, sums.AsSpan(first, count));
            }
        }

        public void Open(StageMeter meter)
        {
            _order.RequireComplete();
            using (meter.Enter(Stage.Open))
            {
                TensorPrimitives.Divide(sums, shape.Clients, sums);
            }
        }

        public void Dispose()
        {
        }
    }
}
