using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Cli.Training;

namespace SecureFL.Cli.Plans;

/// <summary>
/// The options of <c>plan new</c>. Those that <c>simulate</c> has too are the same objects, with the same defaults.
/// </summary>
internal sealed class NewPlanOptions
{
    /// <summary>What describes the training.</summary>
    internal TermOptions Terms { get; } = new(deployed: true);

    /// <summary>How the file of <see cref="SchemaFrom"/> is written.</summary>
    internal TableOptions Tables { get; } = new();

    internal Option<string> Authority { get; } = new("--authority")
    {
        Description = "request.json (or folder) of the operator that will sign the plan: not the server's",
        HelpName = "FILE",
        Required = true
    };

    internal Option<string> Server { get; } = new("--server")
    { Description = "request.json of the server", HelpName = "FILE", Required = true };

    internal Option<string[]> Clients { get; } = new("--client")
    {
        Description = "request.json of a client; once for each, in the order of their numbers",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true
    };

    internal Option<string[]> KeyHolders { get; } = new("--key-holder")
    {
        Description = "request.json of a key holder; once for each",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true
    };

    internal Option<string> Output { get; } = new("--output")
    { Description = "the file to write", HelpName = "FILE", DefaultValueFactory = _ => "plan.json" };

    internal Option<long?> Vector { get; } = new("--vector")
    {
        Description = "no training: sums of vectors of this many values, from 1, that the clients bring",
        HelpName = "N"
    };

    internal Option<string?> Layout { get; } = new("--layout")
    {
        Description =
            "no training: sums of named tensors, as in this .npz or .safetensors file, or written as w:3x2,b:2; "
            + "sites' arrays are matched by name. "
            + "Tensors of whole numbers and statistics of batch norms (running_mean, running_var, "
            + "num_batches_tracked) are left out unless --tensor-clip names them",
        HelpName = "FILE|NAME:SHAPE,...",
    };

    internal Option<string[]> TensorClip { get; } = new("--tensor-clip")
    {
        Description = "with --layout: a clip of its own for a tensor; the others have --clip",
        HelpName = "NAME=CLIP",
        AllowMultipleArgumentsPerToken = true
    };

    internal Option<string?> LeaveOut { get; } = new("--leave-out")
    {
        Description = "with --layout: tensors that sites may have in their files and that are not summed",
        HelpName = "NAME,NAME"
    };

    internal Option<double?> MaxClipped { get; } =
        Shell.Shares.Option("--max-clipped",
            "plain sums: a site of whose elements more than this lie beyond their clip sends nothing; by default 1%");

    internal Option<string?> Schema { get; } = new("--schema")
    {
        Description = "the table's columns, as a JSON file of the form that plan.json has under terms.data.schema",
        HelpName = "FILE"
    };

    internal Option<string?> SchemaFrom { get; } = new("--schema-from")
    {
        Description =
                "infer the columns from this table (any file that simulate takes as one), with --label; its column "
                + "names and categories become part of the plan, its rows do not",
        HelpName = "FILE"
    };

    internal Option<string?> InitialWeights { get; } = new("--initial-weights")
    {
        Description = "the weights before the first round (.safetensors): needed where the sites' own trainers train",
        HelpName = "FILE"
    };

    internal Option<string?> Task { get; } = new("--task")
    { Description = "without a schema: binary, multi-class or regression", HelpName = "TASK" };

    internal Option<int?> Inputs { get; } = new("--inputs")
    { Description = "without a schema: features a row, from 1", HelpName = "N" };

    internal Option<int?> ClassCount { get; } = new("--class-count")
    { Description = "without a schema: classes of a multi-class task, from 2", HelpName = "N" };

    internal Option<bool> External { get; } = new("--external-trainer")
    { Description = "the sites train with programs of their own (client run --trainer); needs --initial-weights" };

    internal Option<int> ColludingKeyHolders { get; } = new("--colluding-key-holders")
    {
        Description =
                "key holders assumed to collude with the server or to come back from an old image, from 1 to below "
                + "the threshold; -1 is one fewer than the threshold",
        HelpName = "N",
        DefaultValueFactory = _ => -1
    };

    internal Option<int?> ColludingClients { get; } = new("--colluding-clients")
    {
        Description =
                "clients assumed to collude with whoever sees the sum, from 0; by default 1, or more where sites "
                + "hold keys",
        HelpName = "N"
    };

    internal Option<int?> MaxClients { get; } = new("--max-clients")
    { Description = "most clients in a sum, from --min-clients; by default all that are enrolled", HelpName = "N" };

    internal Option<int> RoundsPerKey { get; } = new("--rounds-per-key")
    {
        Description = "joint-key: rounds after which the key holders make a new key, from 1, dead ones included",
        HelpName = "N",
        DefaultValueFactory = _ => 1000
    };

    internal Option<int> Smudging { get; } = new("--smudging")
    {
        Description = "joint-key: bits of statistical hiding over the life of a key, 40 to 64",
        HelpName = "BITS",
        DefaultValueFactory = _ => Rlwe.JointKey.JointKeyParameters.DefaultSmudging
    };

    internal Option<int> GroupSize { get; } = new("--group-size")
    {
        Description = "open random groups of this many clients by themselves, from --min-clients; 0 is one group",
        HelpName = "N",
        DefaultValueFactory = _ => 0
    };

    internal Option<int> ProtocolRounds { get; } = new("--protocol-rounds")
    {
        Description = "rounds of the session, from 1, dead ones included",
        HelpName = "N",
        DefaultValueFactory = _ => 10_000
    };

    internal Option<int> AgreementWindow { get; } = new("--agreement-window")
    {
        Description = "seconds within which a round's key holders must agree, from 1",
        HelpName = "S",
        DefaultValueFactory = _ => 24 * 3600
    };

    internal Option<int> RoundLife { get; } = new("--round-life")
    {
        Description = "seconds after which key holders erase a round's keys, decided or not; at least the agreement "
            + "window",
        HelpName = "S",
        DefaultValueFactory = _ => 30 * 24 * 3600
    };

    internal Option<bool> AllowEarlyResubmission { get; } = new("--allow-early-resubmission")
    {
        Description =
            "repeat a spoiled round with everybody. Dangerous: two opened sums on one model that differ in one "
            + "client show that client",
    };

    internal void AddTo(Command command)
    {
        HelpGroups.Add(command, "The parties", [Authority, Server, Clients, KeyHolders, Output]);
        HelpGroups.Add(command, "Sums without training", [Vector, Layout, TensorClip, LeaveOut, MaxClipped]);
        HelpGroups.Add(command, "What is trained on", [Schema, SchemaFrom, Task, Inputs, ClassCount]);
        Tables.AddTo(command);
        Terms.AddTo(command);
        HelpGroups.Add(command, "Trainers of the sites' own", [External, InitialWeights]);
        HelpGroups.Add(
            command, "What is protected, and for how long",
            [
                MaxClients, ColludingKeyHolders, ColludingClients, RoundsPerKey, Smudging, GroupSize, ProtocolRounds,
                AgreementWindow, RoundLife, AllowEarlyResubmission,
            ]);
    }
}
