using System.CommandLine;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Output.Page;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Sweeps;
using SecureFL.Bench.Rounds.Transport;

namespace SecureFL.Bench.Rounds;

/// <summary><c>rounds</c>: whole rounds, arms side by side.</summary>
internal static class RoundsCommand
{
    private static readonly string Presets =
        string.Join(", ", ModelPresets.All.Select(preset => $"{preset.Key} ({preset.Value})"));
    private static readonly string ArmNames = string.Join(", ", ArmCatalogue.All.Select(arm => arm.Name));

    private static readonly Option<string> Model = new("--model")
    { Description = $"{Presets}, or a number of parameters", DefaultValueFactory = _ => "lenet5" };
    private static readonly Option<int> Clients = new("--clients")
    { Description = "4 to 1000", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Bits = new("--bits")
    { Description = "bits of a quantised value, 4 to 24", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> KeyHolders = new("--key-holders")
    { Description = "key holders", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Threshold = new("--threshold")
    { Description = "key holders that open a sum", DefaultValueFactory = _ => 2 };
    private static readonly Option<string> Arms = new("--arms")
    { Description = $"comma-separated, of: {ArmNames}", DefaultValueFactory = _ => "all" };
    private static readonly Option<int> Repeat = new("--repeat")
    { Description = "measured rounds of each arm", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> WarmUp = new("--warm-up")
    { Description = "whole rounds before, not measured", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Threads = new("--threads")
    { Description = "clients at work at the same time", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Transport = new("--transport")
    { Description = "grpc (TLS on loopback) or in-process", DefaultValueFactory = _ => "grpc" };
    private static readonly Option<bool> NoWan = new("--no-wan") { Description = "no rounds over emulated lines" };
    private static readonly Option<double> WanRate = new("--wan-mbit")
    { Description = "rate of an emulated line, Mbit/s each way", DefaultValueFactory = _ => 100 };
    private static readonly Option<double> WanDelay = new("--wan-delay")
    { Description = "its delay, ms one way", DefaultValueFactory = _ => 20 };
    private static readonly Option<double> WanLoss = new("--wan-loss")
    { Description = "part of its segments that are lost, 0 to 0.5", DefaultValueFactory = _ => 0 };
    private static readonly Option<int> WanClients = new("--wan-clients")
    { Description = "most clients on lines at once", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> WanRepeat = new("--wan-repeat")
    { Description = "rounds of each arm over emulated lines", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Insist = new("--insist") { Description = "run slow arms at full size too" };
    private static readonly Option<bool> NoRoleMemory = new("--no-role-memory")
    { Description = "do not start processes to measure the memory of each role" };
    private static readonly Option<string> Sweep = new("--sweep")
    {
        Description =
                "curves of the report: none, tiny, quick (to 10^7 parameters) or full (to 10^8); quick with --report",
        DefaultValueFactory = _ => "auto"
    };
    private static readonly Option<ulong> Seed = new("--seed")
    { Description = "of the inputs", DefaultValueFactory = _ => 1 };
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "write all figures to this file" };
    private static readonly Option<FileInfo?> Csv = new("--csv") { Description = "write one line an arm to this file" };
    private static readonly Option<FileInfo?> Report = new("--report")
    { Description = "write a page with charts to this file" };

    internal static Command Create()
    {
        Command command = new("rounds",
            "whole rounds through the real roles: plaintext against encrypted, arms side by side")
        {
            Model, Clients, Bits, KeyHolders, Threshold, Arms, Repeat, WarmUp, Threads, Transport, NoWan, WanRate,
                WanDelay, WanLoss, WanClients, WanRepeat,
            Insist, NoRoleMemory, Sweep, Seed, Json, Csv, Report,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        if (Read(result, out string? broken) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"rounds: {broken}").ConfigureAwait(false);
            return 2;
        }

        RoundsOutcome outcome = await new RoundsRun(settings,
            line => Console.Error.WriteLine($"rounds: {line}")).RunAsync().ConfigureAwait(false);
        SweepPlan? plan = PlanOf(result);
        outcome = plan is null ? outcome
            : await new SweepRun(settings, plan,
                line => Console.Error.WriteLine($"rounds: {line}")).ExtendAsync(outcome).ConfigureAwait(false);
        RoundsTable.Write(Console.Out, outcome);
        Write(result.GetValue(Json), file => RoundsFiles.WriteJson(file, outcome));
        Write(result.GetValue(Csv), file => RoundsFiles.WriteCsv(file, outcome));
        Write(result.GetValue(Report), file => RoundsReport.Write(file, outcome));
        return outcome.Arms.All(arm => arm.SumIsExact || !arm.ClaimsExactness) ? 0 : 5;
    }

    private static SweepPlan? PlanOf(ParseResult result) => result.GetValue(Sweep) switch
    {
        "full" => SweepPlan.Full,
        "quick" => SweepPlan.Quick,
        "tiny" => SweepPlan.Tiny,
        "auto" when result.GetValue(Report) is not null => SweepPlan.Quick,
        _ => null,
    };

    private static void Write(FileInfo? file, Action<FileInfo> write)
    {
        if (file is not null)
        {
            write(file);
            Console.Error.WriteLine($"rounds: wrote {file.FullName}");
        }
    }

    private static RoundsSettings? Read(ParseResult result, out string? broken)
    {
        string model = result.GetValue(Model)!;
        IRoundArm?[] arms = result.GetValue(Arms) == "all" ? [.. ArmCatalogue.All]
            : [.. result.GetValue(Arms)!.Split(',').Select(ArmCatalogue.Find)];
        string transport = result.GetValue(Transport)!;
        long parameters = ModelPresets.All.TryGetValue(model, out long preset) ? preset
            : long.TryParse(model, out long number) ? number : 0;
        broken = (parameters, arms, transport) switch
        {
            ( < 1 or > 1_000_000_000, _, _) => $"--model {model}: {Presets}, or 1 to 10^9 parameters",
            (_, _, not ("grpc" or "in-process")) => $"--transport {transport}: grpc or in-process",
            _ when result.GetValue(Sweep) is not ("auto" or "none" or "tiny" or "quick"
                or "full") => "--sweep: none, tiny, quick or full",
            _ when arms.Contains(null) && result.GetValue(Arms)!.Split(',')
                .Contains("sealnet") => "--arms sealnet: only in a build with -p:SealNet=true, see docs/benchmark.md",
            _ when arms.Contains(null) => $"--arms: {ArmNames}",
            _ when result.GetValue(Clients) is < 4 or > 1000 => "--clients: 4 to 1000",
            _ when result.GetValue(Bits) is < 4 or > 24 => "--bits: 4 to 24",
            _ when result.GetValue(Threads) < 1 || result.GetValue(Repeat) < 1
                || result.GetValue(WarmUp) < 0 => "--threads and --repeat are at least 1, --warm-up 0",
            _ when result.GetValue(WanRate) <= 0 || result.GetValue(WanDelay) < 0 || result.GetValue(WanLoss) is < 0
                or > 0.5 => "--wan-mbit is positive, --wan-delay not negative, --wan-loss 0 to 0.5",
            _ when result.GetValue(Threshold) < 2
                || result.GetValue(Threshold) > result.GetValue(KeyHolders) => "--threshold: 2 to --key-holders",
            _ => null,
        };
        return broken is not null ? null : new RoundsSettings
        {
            Model = model,
            Shape = new RoundShape(parameters, result.GetValue(Clients), result.GetValue(Bits), Clip: 1f,
                result.GetValue(KeyHolders), result.GetValue(Threshold)),
            Arms = arms!,
            Repeat = result.GetValue(Repeat),
            WarmUp = result.GetValue(WarmUp),
            Threads = result.GetValue(Threads),
            Seed = result.GetValue(Seed),
            OverGrpc = transport == "grpc",
            Link = result.GetValue(NoWan) ? null
                : new LinkSpec(result.GetValue(WanRate), TimeSpan.FromMilliseconds(result.GetValue(WanDelay)),
                    result.GetValue(WanLoss)),
            LinkClients = result.GetValue(WanClients),
            LinkRepeat = result.GetValue(WanRepeat),
            Insist = result.GetValue(Insist),
            RoleMemory = !result.GetValue(NoRoleMemory),
        };
    }
}
