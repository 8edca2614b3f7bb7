using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Storage.KillTarget;

/// <summary>
/// The files of a two-holder plan in a directory: all keys, the plan, the model's first version. Written once, read by
/// every life.
/// </summary>
public sealed class KillSetup
{
    private const int Clients = 3;

    private KillSetup(AggregationPlan plan, SigningIdentity server, SigningIdentity[] clients,
        SigningIdentity[] holders, ModelVersion first)
    {
        Plan = plan;
        Server = server;
        ClientIdentities = clients;
        HolderIdentities = holders;
        First = first;
    }

    public AggregationPlan Plan { get; }

    public SigningIdentity Server { get; }

    public IReadOnlyList<SigningIdentity> ClientIdentities { get; }

    public IReadOnlyList<SigningIdentity> HolderIdentities { get; }

    public ModelVersion First { get; }

    public static string LedgerPath(string directory) => Path.Combine(directory, "holder.ledger");

    public static string KeysPath(string directory) => Path.Combine(directory, "keys");

    public static void Create(string directory)
    {
        SigningIdentity[] all =
            [.. Enumerable.Range(0, 2 + Clients + 2).Select(_ => SigningIdentity.Create(exportable: true))];
        Enrolment enrolment = new(
            all[0].PublicKey,
            all[1].PublicKey,
            [.. all[2..5].Select((identity, i) => new EnrolledParty($"client {i}", identity.PublicKey))],
            [.. all[5..].Select((identity, i) => new EnrolledParty($"key holder {i}", identity.PublicKey))]);
        AggregationPlan plan = AggregationPlan.Sign(
            new PlanSettings
            {
                Parameters = AggregationPlanner.Plan(new PlanningRequest(16, 8, 1f, Clients)),
                MinClients = Clients,
                Threshold = 2,
                ColludingKeyHolders = 1,
                AllowEarlyResubmission = true,
                Rounds = 1_000_000,
                Session = SessionId.Create(SystemEntropy.Instance),
                Enrolment = enrolment,
            },
            all[0]);
        for (int i = 0; i < all.Length; i++)
        {
            File.WriteAllBytes(Path.Combine(directory, $"identity-{i}"), all[i].ExportPrivateKey());
        }

        File.WriteAllBytes(Path.Combine(directory, "plan"), plan.Encode());
        File.WriteAllBytes(Path.Combine(directory, "version"),
            ModelVersion.CreateFirst(plan.Limits, default, all[1]).Encode());
    }

    public static KillSetup Load(string directory)
    {
        AggregationPlan plan = AggregationPlan.Parse(File.ReadAllBytes(Path.Combine(directory, "plan")));
        SigningIdentity[] all = [.. Enumerable.Range(0, 2 + Clients + 2)
            .Select(i => SigningIdentity.Import(File.ReadAllBytes(Path.Combine(directory, $"identity-{i}"))))];
        return new KillSetup(plan, all[1], all[2..5], all[5..],
            ModelVersion.Parse(File.ReadAllBytes(Path.Combine(directory, "version")), plan.Limits));
    }
}
