using System.Buffers.Binary;
using Google.Protobuf;
using SecureFL.Transport.Health;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>Streams of framed messages, damaged in ways drawn from a seed.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly uint[] Lengths =
        [0, 1, 4, 0x7f, 0x80, 0xffff, 0x10000, 0x3fffff, 0x400000, 0x400001, 0x7fffffff, 0x80000000, 0xffffffff];
    private static readonly byte[] Interesting =
        [0x00, 0x01, 0x07, 0x0a, 0x0b, 0x0c, 0x10, 0x1a, 0x3b, 0x7f, 0x80, 0xff];

    private readonly Random _random = new(seed);
    private readonly byte[][] _originals = Originals();

    public int Next(int limit) => _random.Next(limit);

    /// <summary>One stream of a message or two, with one to four wounds.</summary>
    public byte[] Next()
    {
        List<byte> bytes = [.. _originals[_random.Next(_originals.Length)]];
        if (_random.Next(4) == 0)
        {
            bytes.AddRange(_originals[_random.Next(_originals.Length)]);
        }

        for (int wounds = _random.Next(1, 5); wounds > 0; wounds--)
        {
            Wound(bytes);
        }

        return [.. bytes];
    }

    private void Wound(List<byte> bytes)
    {
        int at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        switch (_random.Next(9))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = Interesting[_random.Next(Interesting.Length)];
                break;
            case 2 when bytes.Count > 0:
                bytes.RemoveRange(at, _random.Next(bytes.Count - at + 1));
                break;
            case 3:
                bytes.InsertRange(at, Enumerable.Range(0, _random.Next(1, 20)).Select(_ => (byte)_random.Next(256)));
                break;
            case 4 when bytes.Count >= Frames.PrefixBytes:
                WriteLength(bytes, Lengths[_random.Next(Lengths.Length)]);
                break;
            case 5 when bytes.Count >= Frames.PrefixBytes:
                // A frame that is whole again, around damaged contents: it reaches the parser of messages.
                WriteLength(bytes, (uint)(bytes.Count - Frames.PrefixBytes));
                bytes[0] = 0;
                break;
            case 6:
                bytes.InsertRange(at,
                    Enumerable.Repeat(Interesting[_random.Next(Interesting.Length)], _random.Next(1, 300)));
                break;
            case 7 when bytes.Count > 0:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, _random.Next(1, 50))));
                break;
            default:
                // The longest varint, and one that is too long.
                bytes.InsertRange(at, [.. Enumerable.Repeat((byte)0xff, _random.Next(4, 12)), (byte)_random.Next(128)]);
                break;
        }
    }

    private static void WriteLength(List<byte> bytes, uint length)
    {
        Span<byte> big = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(big, length);
        for (int i = 0; i < big.Length; i++)
        {
            bytes[1 + i] = big[i];
        }
    }

    private static byte[][] Originals()
    {
        IMessage[] messages =
        [
            new EchoMessage(), new EchoMessage
                { Text = "grüße", Number = int.MinValue, Payload = ByteString.CopyFrom(new byte[40]) },
            new EchoSummary { Messages = 3, Bytes = long.MaxValue, Text = "x" },
            new HealthCheckRequest { Service = "securefl.v1.Aggregation" },
            new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.NotServing },
            new EchoMessage { Payload = ByteString.CopyFrom(new byte[600]) },
        ];
        return [.. messages.Select(Frames.Of)];
    }
}
