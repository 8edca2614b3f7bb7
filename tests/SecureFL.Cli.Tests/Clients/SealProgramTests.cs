using SecureFL.Cli.Clients;
using SecureFL.Cli.Shell;
using SecureFL.Client.Sources;
using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Cli.Tests.Clients;

/// <summary>
/// The folder between a client and its SEAL program. The program here is a shell that copies what the test has
/// encrypted.
/// </summary>
public sealed class SealProgramTests : IDisposable
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("securefl-seal-program-");
    private readonly LocalConsortium _consortium = LocalConsortium.Create(
        50, 8f, 8, 4, 3, 3, 2, 1, suite: Suite.JointKey, wire: WireMode.Seal);

    private AggregationPlan Plan => _consortium.Plan;

    [Fact]
    public async Task A_command_finds_seals_files_and_leaves_ciphertexts()
    {
        SkipWithoutShell();
        SealExchange exchange = new(Plan, _consortium.KeyEpoch!);
        byte[] prepared = Encrypt(exchange, out PublicKey key);
        File.WriteAllBytes(At("prepared.bin"), prepared);
        SealProgram program = SealProgram.For(
            $"sh {Script("cp \"$1\"/*.bin \"$0.seen\"; cp \"$(dirname \"$0\")/prepared.bin\" \"$1/cipher-0.bin\"")}",
            Plan)!;
        Directory.CreateDirectory(At("program.sh.seen"));
        byte[] taken = await program.EncryptAsync(exchange, new ContributionValues(new float[50], [], null),
            ciphertexts => Assert.Single(ciphertexts).ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(prepared, taken);
        Assert.Equal(["parms.bin", "plain-0.bin", "public_key.bin"],
            Directory.GetFiles(At("program.sh.seen")).Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal));
        SealParameters parameters = SealFormat.LoadParameters(File.ReadAllBytes(At("program.sh.seen", "parms.bin")));
        Assert.Equal(Plan.Parameters.ToSeal(), parameters);
        Assert.Equal(key.Words,
            SealFormat.LoadPublicKey(parameters, File.ReadAllBytes(At("program.sh.seen", "public_key.bin"))).Words);
        Assert.Equal(Math.ScaleB(1, Plan.Parameters.LogDelta),
            SealFormat.LoadPlaintext(parameters, File.ReadAllBytes(At("program.sh.seen", "plain-0.bin"))).Scale);

        // What the program left goes into a round like any other contribution.
        using AggregationServer server = _consortium.OpenRound();
        server.Accept(_consortium.Clients[0].Import(server.Round, [taken]));
        foreach (int client in new[] { 1, 2, 3 })
        {
            server.Accept(_consortium.Clients[client].Encrypt(server.Round, new float[50]));
        }

        Assert.Equal(4, _consortium.Open(server, _consortium.Release(server)).Contributors);
    }

    [Theory]
    [InlineData("exit 3", "the encryptor sh ended with code 3")]
    [InlineData("true", "the encryptor left no cipher-0.bin")]
    [InlineData("cp \"$1/plain-0.bin\" \"$1/cipher-0.bin\"", "is not what the plan wants: ciphertext.")]
    public async Task A_program_that_fails_is_the_environments_fault(string script, string message)
    {
        SkipWithoutShell();
        using AggregationServer server = _consortium.OpenRound();
        SealProgram program = SealProgram.For($"sh {Script(script)}", Plan)!;
        CliException fault = await Assert.ThrowsAsync<CliException>(() => program.EncryptAsync(
            new SealExchange(Plan, _consortium.KeyEpoch!),
            new ContributionValues(new float[50], [], null),
            ciphertexts => _consortium.Clients[0].Import(server.Round, [.. ciphertexts]),
            TestContext.Current.CancellationToken));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Environment, fault.Code);
    }

    [Fact]
    public void APlan_without_seal_ciphertexts_has_no_use_for_one()
    {
        AggregationPlan packed = new LocalParties(4, 3).CreatePlan(50, 8f, 8, 3, 2, 1, suite: Suite.JointKey);
        Assert.Null(SealProgram.For(null, packed));
        Assert.Contains("no SEAL objects", Assert.Throws<CliException>(() => SealProgram.For("x", packed)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _consortium.Dispose();
        _work.Delete(recursive: true);
    }

    private static byte[] Encrypt(SealExchange exchange, out PublicKey key)
    {
        SealParameters parameters = SealFormat.LoadParameters(exchange.CreateParameters());
        key = SealFormat.LoadPublicKey(parameters, exchange.CreatePublicKey());
        byte[] plain = [];
        exchange.WritePlaintexts(new float[50], [], bytes => plain = bytes);
        using Encryptor encryptor = new(key, SystemEntropy.Instance);
        Ciphertext ciphertext = new(parameters);
        encryptor.Encrypt(SealFormat.LoadPlaintext(parameters, plain), ciphertext);
        return SealFormat.Save(ciphertext, SealCompression.Zlib);
    }

    private static void SkipWithoutShell()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the program of this test is a shell script");
        }
    }

    private string At(params string[] parts) => Path.Combine([_work.FullName, .. parts]);

    private string Script(string text)
    {
        string path = At("program.sh");
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
