using System.CommandLine;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Client;
using SecureFL.Consortium.Approvals;

namespace SecureFL.Cli.Clients;

/// <summary>What a client's commands are told about its rows beyond one plan.</summary>
internal sealed class DataSetOptions
{
    private readonly Option<string> _name = new("--data-set")
    {
        Description = "what you call these rows, for all plans: no plan gets an answer that another one got from them",
        HelpName = "NAME",
        DefaultValueFactory = _ => FederationClientOptions.DefaultDataSet
    };

    private readonly Option<QuestionKind[]> _accept = Accept();

    /// <summary><c>--accept-repeated</c>, of the commands that take part and of the one that approves.</summary>
    internal static Option<QuestionKind[]> Accept() => new("--accept-repeated")
    {
        Description = "let this plan ask again what the rows answered to another one: sum, preparation, training, "
            + "evaluation; remembered with the approved plan",
        HelpName = "KINDS",
        AllowMultipleArgumentsPerToken = true
    };

    internal void AddTo(Command command) => HelpGroups.Add(command, "Rows and former plans", [_name, _accept]);

    /// <summary>The client that these options and the party's make.</summary>
    internal FederationClientOptions Read(ParseResult result, PartySettings party) => party.ToClient() with
    {
        DataSet = result.GetValue(_name)!,
        AcceptRepeated = [.. result.GetValue(_accept) ?? []],
    };
}
