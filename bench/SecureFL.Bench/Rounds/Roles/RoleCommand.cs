using System.CommandLine;
using SecureFL.Bench.Rounds.Arms;

namespace SecureFL.Bench.Rounds.Roles;

/// <summary>The process that <see cref="RoleProcess"/> starts. Prints its largest resident set.</summary>
internal static class RoleCommand
{
    internal const string Name = "role-memory";

    internal static Command Create()
    {
        Argument<string> arm = new("arm");
        Argument<Role> role = new("role");
        Argument<long> parameters = new("parameters");
        Argument<int> clients = new("clients");
        Argument<int> maxClients = new("max-clients");
        Argument<int> bits = new("bits");
        Argument<int> keyHolders = new("key-holders");
        Argument<int> threshold = new("threshold");
        Command command = new(Name, "plays one role of a round and prints the bytes it held at most")
            { arm, role, parameters, clients, maxClients, bits, keyHolders, threshold };
        command.Hidden = true;
        command.SetAction(result =>
        {
            RoundShape shape = new(
                result.GetValue(parameters), result.GetValue(clients), result.GetValue(bits), Clip: 1f,
                result.GetValue(keyHolders), result.GetValue(threshold))
            {
                MaxClients = result.GetValue(maxClients),
            };
            Console.Write(RolePlay.Play(ArmCatalogue.Find(result.GetValue(arm)!)!, shape, result.GetValue(role)));
        });
        return command;
    }
}
