using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>One HTTP/2 frame (RFC 9113, section 4.1).</summary>
internal sealed record RawFrame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8;

    public bool EndsStream => Type is Data or Headers && (Flags & 1) != 0;

    /// <summary>The value of a header that was written literally, as Kestrel does where no table is allowed.</summary>
    public string? Header(string name)
    {
        int at = Payload.AsSpan().IndexOf(Encoding.ASCII.GetBytes(name));
        return at < 0 ? null : Encoding.ASCII
            .GetString(Payload.AsSpan(at + name.Length + 1, Payload[at + name.Length] & 0x7f));
    }
}

/// <summary>HTTP/2 byte by byte over a socket, for peers that do not behave.</summary>
internal sealed class RawHttp2 : IDisposable
{
    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private readonly Stream _stream;

    public RawHttp2(Stream stream) => _stream = stream;

    public static async Task<RawHttp2> ConnectAsync(int port, bool handshake = true, uint window = 65535,
        SslClientAuthenticationOptions? tls = null)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls is not null)
        {
            SslStream secure = new(stream);
            await secure.AuthenticateAsClientAsync(tls);
            stream = secure;
        }

        RawHttp2 raw = new(stream);
        if (handshake)
        {
            // No header table, so that header blocks can be read without one.
            byte[] settings = [0, 1, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32BigEndian(settings.AsSpan(8), window);
            await raw.SendAsync((byte[])[.. Preface, .. Frame(RawFrame.Settings, 0, 0, settings)]);
        }

        return raw;
    }

    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>Header fields without indexing, names and values literal (RFC 7541, section 6.2.2).</summary>
    public static byte[] Block(params (string Name, string Value)[] fields)
    {
        List<byte> block = [];
        foreach ((string name, string value) in fields)
        {
            block.Add(0);
            foreach (string text in (string[])[name, value])
            {
                // Lengths of 127 and more continue in the next bytes (RFC 7541, section 5.1).
                int length = text.Length;
                block.Add((byte)Math.Min(length, 127));
                for (length -= 127; length >= 0; length = length > 127 ? length >> 7 : -1)
                {
                    block.Add((byte)(length > 127 ? (length & 127) | 128 : length));
                }

                block.AddRange(Encoding.ASCII.GetBytes(text));
            }
        }

        return [.. block];
    }

    public static byte[] Request(int stream, string path, byte flags = 4, params (string Name, string Value)[] more) =>
        Request(stream, "http", path, flags, more);

    public static byte[] Request(int stream, string scheme, string path, byte flags,
        params (string Name, string Value)[] more) => Frame(RawFrame.Headers, flags, stream, Block(
        [(":method", "POST"), (":scheme", scheme), (":path", path), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"), .. more]));

    public static byte[] Message(int stream, bool end, params ReadOnlySpan<byte> bytes) =>
        Frame(RawFrame.Data, (byte)(end ? 1 : 0), stream, bytes);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>The next frame; null where the peer has closed the connection.</summary>
    public async Task<RawFrame?> ReadAsync(CancellationToken cancellation = default)
    {
        try
        {
            byte[] head = await ReadExactlyAsync(9, cancellation);
            byte[] payload = await ReadExactlyAsync(BinaryPrimitives.ReadInt32BigEndian(head) >>> 8, cancellation);
            return new RawFrame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Reads until a stream's grpc-status; null where the connection ended without.</summary>
    public async Task<string?> StatusAsync(int stream)
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Stream == stream && frame.Type == RawFrame.Headers && frame.Header("grpc-status") is { } status)
            {
                return status;
            }
        }

        return null;
    }

    /// <summary>Reads until the peer closes the connection.</summary>
    public async Task<bool> ClosedAsync(TimeSpan patience)
    {
        using CancellationTokenSource limit = new(patience);
        try
        {
            while (await ReadAsync(limit.Token) is not null)
            {
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _stream.Dispose();

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellation)
    {
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}
