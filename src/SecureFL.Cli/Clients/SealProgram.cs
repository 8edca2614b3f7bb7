using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Trainers;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Learning.Models;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Seal.Serialization;

namespace SecureFL.Cli.Clients;

/// <summary>
/// Any command that encrypts with SEAL. Its last argument is a folder with <c>parms.bin</c>, <c>public_key.bin</c> and
/// <c>plain-0.bin</c>, <c>plain-1.bin</c>, ...; for each of these it leaves
/// <c>cipher-0.bin</c>, <c>cipher-1.bin</c>, ..., saved with any of SEAL's compressions. The folder holds the site's
/// quantised update in clear: it is its user's alone, and gone afterwards.
/// </summary>
internal sealed class SealProgram : ISealEncryptor
{
    private readonly IReadOnlyList<string> _command;

    private SealProgram(IReadOnlyList<string> command) => _command = command;

    internal static Option<string?> Option() => new("--encryptor")
    {
        Description =
            "a SEAL program that encrypts in the place of this one, for plans with --wire seal: its last argument "
            + "is a folder, see docs/examples",
        HelpName = "COMMAND",
    };

    internal static SealProgram? For(string? command, AggregationPlan plan) => command is null ? null
        : plan.Parameters.TravelsAsSeal ? new SealProgram(CommandText.Split(command))
        : throw new CliException(ExitCode.Usage,
            "the plan's ciphertexts are no SEAL objects: --encryptor has nothing to do",
            "securefl plan new --suite joint-key --wire seal makes a plan that has");

    /// <inheritdoc/>
    public async Task<T> EncryptAsync<T>(SealExchange exchange, ContributionValues values,
        Func<IEnumerable<ReadOnlyMemory<byte>>, T> take, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(exchange, values, take, cancellationToken).ConfigureAwait(false);
        }
        catch (TrainerFaultException fault)
        {
            throw new CliException(ExitCode.Environment, fault.Message,
                "run the command by hand on such a folder; docs/examples shows what it is given", fault.LastLines);
        }
    }

    private Task<T> RunAsync<T>(SealExchange exchange, ContributionValues values,
        Func<IEnumerable<ReadOnlyMemory<byte>>, T> take, CancellationToken cancellationToken) =>
        TrainerProcess.RunAsync(
            _command,
            folder => Fill(folder, exchange, values),
            folder =>
            {
                try
                {
                    return take(Read(folder, exchange.ChunkCount));
                }
                catch (SealFormatException refusal)
                {
                    throw new CliException(ExitCode.Environment,
                        $"what the encryptor left is not what the plan wants: {FaultText.Of(refusal)}",
                        "encrypt each plaintext as it is, and save the ciphertext");
                }
            },
            cancellationToken,
            role: "encryptor");

    private static void Fill(string folder, SealExchange exchange, ContributionValues values)
    {
        File.WriteAllBytes(Path.Combine(folder, "parms.bin"), exchange.CreateParameters());
        File.WriteAllBytes(Path.Combine(folder, "public_key.bin"), exchange.CreatePublicKey());
        long chunk = 0;
        exchange.WritePlaintexts(
            values.Vector,
            values.Counters,
            plaintext =>
            {
                File.WriteAllBytes(Named(folder, "plain", chunk++), plaintext);
                Array.Clear(plaintext);
            },
            values.Rounding,
            values.RoundingSeed);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Read(string folder, long count)
    {
        for (long chunk = 0; chunk < count; chunk++)
        {
            string path = Named(folder, "cipher", chunk);
            yield return File.Exists(path)
                ? File.ReadAllBytes(path)
                : throw new CliException(ExitCode.Environment, $"the encryptor left no {Path.GetFileName(path)}",
                    "run the command by hand on such a folder; docs/examples shows what it is given");
        }
    }

    private static string Named(string folder, string name, long chunk) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{chunk}.bin"));
}
