using System.CommandLine;
using SecureFL.Bench.Measurement;

namespace SecureFL.Bench.KeyHolders;

/// <summary><c>keyholders</c>: what a round costs one key holder, whatever the model's size.</summary>
internal static class KeyHoldersCommand
{
    // Long enough for the same ring.
    private const int OtherModel = 10;

    internal static Command Create()
    {
        Option<long> parameters = new("--parameters")
        { Description = "vector length of the plan", DefaultValueFactory = _ => 100_000_000 };
        Option<int> clients = new("--clients") { Description = "clients in the round", DefaultValueFactory = _ => 100 };
        Option<int> rounds = new("--rounds") { Description = "measured rounds", DefaultValueFactory = _ => 5 };
        Option<FileInfo?> json = new("--json") { Description = "write the figures to this file" };
        Command command = new("keyholders",
            "bytes and seconds of one key holder in a round: check every share, vote, release")
            { parameters, clients, rounds, json };
        command.SetAction(
            result => Run(result.GetValue(parameters), result.GetValue(clients), result.GetValue(rounds),
                result.GetValue(json)));
        return command;
    }

    private static int Run(long parameters, int clients, int rounds, FileInfo? json)
    {
        Machine machine = Machine.Here;
        using KeyHolderRound round = new(parameters, clients);
        KeyHolderArm arm = round.Run(rounds);
        using (KeyHolderRound other = new(parameters / OtherModel, clients))
        {
            arm = arm with { BytesPerClientOfOtherModel = other.BytesPerClient() };
        }

        Console.WriteLine(
            $"{machine.Processor}, {machine.Runtime}, {machine.Clock}, one thread, median of {rounds} rounds");
        Console.WriteLine($"{arm.Arm}: {arm.Parameters} parameters, {arm.Clients} clients, 3 key holders, 2 needed");
        Console.WriteLine(
            $"  {arm.BytesPerClient / 1000:F1} KB and {arm.MillisecondsPerClient:F3} ms a client; "
            + $"{arm.BytesPerRound} bytes and {arm.SecondsPerRound:F4} s a round");
        Console.WriteLine(
            $"  {arm.BytesPerClientOfOtherModel / 1000:F1} KB a client for {parameters / OtherModel} parameters; "
            + $"at most {KeyHolderArm.MostBytesPerClient / 1000:F0} KB, the same for any model: "
            + (arm.BytesAreBounded ? "holds" : "does NOT hold"));
        BenchJson.Write(json, machine, [arm]);
        return arm.BytesAreBounded ? 0 : 1;
    }
}
