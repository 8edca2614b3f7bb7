using System.ComponentModel;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Tests.Names;

public class FaultTextTests
{
    private static readonly string[] Forbidden =
        ["System.", "Exception", "Parameter '", "SecureFL.", "Actual value", "\n"];

    private static readonly JsonSerializerOptions Closed = new()
    { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };
    private static readonly JsonSerializerOptions Single = new() { AllowDuplicateProperties = false };

    [Fact]
    public void What_the_framework_throws_is_told_in_words_of_our_own()
    {
        string missing = Path.Combine(Path.GetTempPath(), "securefl-no-such-folder", "a.csv");
        (string Words, Action Fault)[] cases =
        [
            ("there is no folder for ", () => File.ReadAllBytes(missing)),
            ("there is no file ", () => File.ReadAllBytes(Path.Combine(Path.GetTempPath(), "securefl-no-such-file"))),
            ("cannot be opened as a file: it is a folder, or", () => File.ReadAllBytes(Path.GetTempPath())),
            ("line 2, byte 3: this is no JSON", () => JsonDocument.Parse("{\n  nonsense}")),
            ("Digest lacks Rounds", () => JsonSerializer.Deserialize<Outer>("""{"Digest": {}}""")),
            ("Digest.Rounds has a value of another kind than is due",
                () => JsonSerializer.Deserialize<Outer>("""{"Digest": {"Rounds": "x"}}""")),
            ("Extra is not known here",
                () => JsonSerializer.Deserialize<Inner>("""{"Rounds": 1, "Extra": 2}""", Closed)),
            ("Rounds is there twice",
                () => JsonSerializer.Deserialize<Inner>("""{"Rounds": 1, "Rounds": 2}""", Single)),
            ("rounds: 0 is out of range", () => Require(0)),
            ("no usable key or certificate",
                () => ECDsa.Create().ImportFromPem(
                    "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----")),
            ("is not of the form that is due", () => Convert.FromBase64String("###")),
            ("is not of the form that is due", () => int.Parse("x")),
            ("a number is too large", () => int.Parse("99999999999999")),
            ("nobody listens at that address", () => throw new SocketException((int)SocketError.ConnectionRefused)),
            ("there is no machine of that name", () => throw new SocketException((int)SocketError.HostNotFound)),
            ("another process listens at that address",
                () => throw new SocketException((int)SocketError.AddressAlreadyInUse)),
            ("there is no such program", () => throw new Win32Exception(2)),
            ("the disk has no room left (/x)",
                () => Task.FromException(new IOException("No space left on device : '/x'", 28)).GetAwaiter()
                    .GetResult()),
            ("damaged data", () => new System.IO.Compression.ZipArchive(new MemoryStream([1, 2, 3])).Dispose()),
            ("more memory is needed", () => _ = new byte[Array.MaxLength + 1L]),
            ("something unexpected", () => _ = Forbidden[Forbidden.Length + 1]),
            ("something unexpected", () => _ = ((string?)null)!.Length),
            ("something unexpected", () => ArgumentNullException.ThrowIfNull((object?)null)),
            ("something unexpected", () => new Dictionary<string, int>()["x"].ToString()),
            ("something unexpected", () => Enumerable.Empty<int>().First()),
        ];
        foreach ((string words, Action fault) in cases)
        {
            Exception thrown = Record.Exception(fault)!;
            string text = FaultText.Of(thrown);
            Assert.True(text.Contains(words, StringComparison.Ordinal), $"{thrown.GetType()}: {text}");
            Assert.All(Forbidden,
                word => Assert.False(text.Contains(word, StringComparison.Ordinal), $"{thrown.GetType()}: {text}"));
        }
    }

    [Fact]
    public void Our_own_words_stay_without_the_parameter()
    {
        Exception own = Record.Exception(() => new CounterLayout(0, new Counter("a", 5)).Split([9], 16, new int[1]))!;
        Assert.Equal("counter 'a' is beyond its plan magnitude 5", FaultText.Of(own));
        Assert.True(FaultText.IsOwn(own));
    }

    private static void Require(int rounds) => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);

    private sealed record Inner
    {
        public required int Rounds { get; init; }
    }

    private sealed record Outer
    {
        public required Inner Digest { get; init; }
    }
}
