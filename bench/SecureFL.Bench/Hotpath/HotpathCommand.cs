using System.CommandLine;
using SecureFL.Bench.Measurement;

namespace SecureFL.Bench.Hotpath;

/// <summary>
/// <c>hotpath</c>: nanoseconds and bytes a parameter, side by side with a float32 sum in the same run.
/// </summary>
internal static class HotpathCommand
{
    // Goals, not limits: times gate nothing.
    private const double DigestGoal = 1.6;
    private const double VerifyGoal = 3;

    internal static Command Create()
    {
        Option<int> parameters = new("--parameters")
        { Description = "vector length", DefaultValueFactory = _ => 10_000_000 };
        Option<int> clients = new("--clients") { Description = "clients in the sum", DefaultValueFactory = _ => 100 };
        Option<int> bits = new("--bits")
        { Description = "bits of a quantised value, 4 to 24", DefaultValueFactory = _ => 16 };
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file" };
        Option<int> threads = new("--threads")
        {
            Description = "threads of each role; with more than one, times are wall times",
            DefaultValueFactory = _ => 1
        };
        Command command = new("hotpath", "encrypt, add and open: nanoseconds and bytes a parameter")
            { parameters, clients, bits, threads, json };
        command.SetAction(result => Run(
            result.GetValue(parameters), result.GetValue(clients), result.GetValue(bits), result.GetValue(threads),
            result.GetValue(json)));
        return command;
    }

    private static int Run(int parameters, int clients, int bits, int threads, FileInfo? json)
    {
        Machine machine = Machine.Here;
        HotpathArm[] arms =
        [
            new OneTimeKeyHotpath(parameters, clients, bits, threads).Run(Talk),
            new SealSlotsHotpath(parameters, clients, threads).Run(Talk),
            new JointKeyHotpath(parameters, clients, bits, threads).Run(Talk),
            new SealWireHotpath(parameters, clients, bits).Run(Talk),
        ];
        Console.WriteLine(
            $"{machine.Processor}, {machine.Vectors} kernels, {machine.Runtime}, "
            + $"{(threads == 1 ? machine.Clock : "wall time")}, {threads} thread(s), medians");
        foreach (HotpathArm arm in arms)
        {
            Print(arm);
        }

        BenchJson.Write(json, machine, arms);

        return arms.All(arm => arm.SumIsRight) ? 0 : 1;
    }

    private static void Talk(string text) => Console.Error.WriteLine($"bench: {text}");

    private static void Print(HotpathArm arm)
    {
        Console.WriteLine(
            $"{arm.Arm}: {arm.MeasuredParameters} parameters, {arm.MeasuredClients} clients, {arm.ParameterSet}, "
            + $"{arm.SecurityBits} bits of security");
        Row("upload", arm.UploadBytesPerParameter, "bytes a parameter (float32: 4)");
        Row(arm.ClientDigestNsPerParameter is null ? "client, all of it" : "client, without digest",
            arm.ClientEncryptNsPerParameter,
            $"ns a parameter (spread {arm.ClientEncryptSpread:P0})");
        if (arm.ClientOnlineNsPerParameter is { } online)
        {
            Row("client, masks prepared", online, "ns a parameter");
        }

        if (arm.ClientDigestNsPerParameter is { } digest)
        {
            Row("the same with digest", arm.ClientWithDigestNsPerParameter ?? 0, "ns a parameter");
            Row("what the digest adds", digest,
                $"ns a parameter (spread {arm.ClientDigestSpread:P0}; goal: {DigestGoal:0.0})");
            Row("server, digest of sum", arm.SumDigestNsPerParameter ?? 0, "ns a parameter, once a round");
            Row("client, verify the sum", arm.VerifySumNsPerParameter ?? 0,
                $"ns a parameter, one thread, once a round (goal: {VerifyGoal:0.0})");
            Row("packed sum", arm.DownloadBytesPerParameter ?? 0, "bytes a parameter (float32: 4)");
        }

        Row("server, add a client", arm.ServerAddNsPerParameterPerClient,
            $"ns a parameter (spread {arm.ServerAddSpread:P0})");
        Row("float32 add", arm.Float32AddNsPerParameter, $"ns a parameter (spread {arm.Float32AddSpread:P0})");
        if (arm.PartialNsPerParameter is { } partial)
        {
            Row("one partial decryption", partial, "ns a parameter, once a round");
            Row("its size", arm.ShareBytesPerParameter ?? 0, "bytes a parameter");
        }

        Row("open the sum", arm.OpenNsPerParameter, "ns a parameter, once a round");
        Row("allocated", arm.AllocatedBytesPerChunk, "bytes a chunk in steady state");
        Console.WriteLine(arm.MaxRelativeError is { } error
            ? $"  sum {(arm.SumIsRight ? "agrees with" : "DIFFERS FROM")} the plain sum: largest error "
            + $"2^{Math.Log2(error):F1} of clients times clip"
            : $"  sum {(arm.SumIsExact ? "equals" : "DIFFERS FROM")} the integer sum of the quantised inputs");
    }

    private static void Row(string name, double value, string unit) =>
        Console.WriteLine($"  {name,-24}{value,9:F3} {unit}");
}
