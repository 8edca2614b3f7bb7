// A hospital that takes part in a consortium's training by itself, without the command line. It may be killed at any
// moment and started again with the same arguments:
//   SERVER IDENTITY-FOLDER STATE-FOLDER PLAN.json DIGEST ROWS.csv MODEL.safetensors
using SecureFL.Client;
using SecureFL.Client.Reporting;
using SecureFL.Consortium.Parties;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};
FederationClientOptions options = new()
{
    Server = new Uri(args[0]),
    IdentityFolder = args[1],
    StateFolder = args[2],
    PlanPath = args[3],
    ApprovedPlan = new Digest(Convert.FromHexString(args[4])),
};
try
{
    using FederationClient client = await FederationClient.OpenAsync(options, cancellationToken: stop.Token);
    using StreamReader rows = File.OpenText(args[5]);
    RawSite site = client.SiteOf(CsvTableReader.Read(rows, args[5]));
    SessionEnd end = await client.RunAsync(
        site,
        progress: new Progress<ClientProgress>(step => Console.Error.WriteLine(step.Since is DateTimeOffset since
            ? $"waiting for the server since {since:u}: {step.Reason}" : $"round {step.Round}: {step.Stage}")),
        cancellationToken: stop.Token);
    if (await client.FetchModelAsync(end, stop.Token) is TrainedModel model)
    {
        using FileStream file = File.Create(args[6]);
        client.BundleOf(model, site).Write(file);
    }

    return end.IsComplete ? 0 : 5;
}
catch (PartyException refusal)
{
    Console.Error.WriteLine($"{refusal.Message}; {refusal.Hint}");
    return 3;
}
