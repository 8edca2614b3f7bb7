using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Data;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Transport.Calls;

namespace SecureFL.Cli.Tests.Faults;

/// <summary>Whatever a command throws, people get a sentence, a way out and an exit code.</summary>
public class OuterHandlerTests
{
    private static readonly string[] Forbidden =
        ["System.", "Exception", "Parameter '", " at SecureFL.", "Actual value", "NullReference"];

    [Fact]
    public void Every_fault_becomes_a_sentence_and_a_way_out()
    {
        (ExitCode Code, Action Fault)[] cases =
        [
            (ExitCode.Environment, () => File.ReadAllBytes("/securefl-no/such")),
            (ExitCode.Environment, () => File.ReadAllBytes(Path.GetTempPath())),
            (ExitCode.Environment, () => throw new IOException("No space left on device", 28)),
            (ExitCode.Environment, () => _ = new byte[Array.MaxLength + 1L]),
            (ExitCode.Environment, () => throw new SocketException((int)SocketError.HostNotFound)),
            (ExitCode.Environment, () => throw new AuthenticationException("The remote certificate is invalid")),
            (ExitCode.Environment,
                () => throw new HttpRequestException("x", new SocketException((int)SocketError.ConnectionRefused))),
            (ExitCode.Environment, () => throw new GrpcException(StatusCode.Unavailable, "nobody is there")),
            (ExitCode.Environment,
                () => throw new TrainerFaultException("it ended with code 1",
                    ["Traceback", "ValueError: x"]).At("north", 3)),
            (ExitCode.BelowThreshold, () => throw new TooFewContributorsException(3, 2, 3)),
            (ExitCode.Usage, () => throw new DataFormatException("a.csv", "no rows")),
            (ExitCode.Usage, () => ArgumentOutOfRangeException.ThrowIfNegative(-1, "rounds")),
            (ExitCode.Usage, () => _ = checked(int.Parse("2147483647") + 1)),
            (ExitCode.Integrity, () => new System.IO.Compression.ZipArchive(new MemoryStream([1, 2, 3])).Dispose()),
            (ExitCode.Interrupted, () => throw new OperationCanceledException()),
            (ExitCode.InternalFault, () => _ = Forbidden[Forbidden.Length + 1]),
            (ExitCode.InternalFault, () => _ = ((string?)null)!.Length),
            (ExitCode.InternalFault, () => throw new KeyNotFoundException()),
            (ExitCode.InternalFault, () => throw new JsonException("'x' is an invalid start of a value.")),
            (ExitCode.InternalFault, () => throw new CryptographicException("ASN1 corrupted data.")),
            (ExitCode.InternalFault, () => ArgumentNullException.ThrowIfNull((object?)null)),
            (ExitCode.InternalFault, () => int.Parse("x")),
            (ExitCode.InternalFault, () => Enumerable.Empty<int>().First()),
            (ExitCode.InternalFault, () => throw new InvalidCastException()),
            (ExitCode.InternalFault, () => throw new NotSupportedException()),
        ];
        foreach ((ExitCode code, Action fault) in cases)
        {
            Exception thrown = Record.Exception(fault)!;
            CliException failure = Failures.Of(thrown);
            Assert.True(code == failure.Code, $"{thrown.GetType()} is {failure.Code}: {failure.Message}");
            Assert.All(Forbidden,
                word => Assert.False((failure.Message + failure.Hint).Contains(word, StringComparison.Ordinal),
                    $"{thrown.GetType()}: {failure.Message} / {failure.Hint}"));
            Assert.True(failure.Message.Length > 5 && failure.Hint.Length > 5, failure.Message);
            CheckReport(failure, thrown);
        }
    }

    [Fact]
    public void A_trainers_fault_names_site_and_round_and_shows_what_it_wrote()
    {
        CliException failure = Failures.Of(
            new TrainerFaultException("the trainer python3 ended with code 1",
                ["Traceback", "ValueError: x"]).At("north", 3));
        Assert.Equal("site north, round 3: the trainer python3 ended with code 1", failure.Message);
        Assert.Equal(["Traceback", "ValueError: x"], failure.Details);
    }

    // An internal fault leaves a file that tells where, and nothing of what was worked on.
    private static void CheckReport(CliException failure, Exception thrown)
    {
        int at = failure.Hint.IndexOf("with ", StringComparison.Ordinal) + 5;
        string path = failure.Hint[at..].Split(',')[0];
        Assert.Equal(failure.Code == ExitCode.InternalFault, File.Exists(path));
        if (failure.Code == ExitCode.InternalFault)
        {
            string report = File.ReadAllText(path);
            Assert.Contains(thrown.GetType().FullName!, report, StringComparison.Ordinal);
            Assert.DoesNotContain(thrown.Message, report, StringComparison.Ordinal);
            File.Delete(path);
        }
    }
}
