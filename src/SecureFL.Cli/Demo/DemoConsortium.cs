using SecureFL.Consortium.Plans;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Demo;

/// <summary>
/// A consortium whose parties all live in one folder of this machine: certificate authority, identities, a signed plan.
/// For demonstrations and tests; real parties make their keys themselves.
/// </summary>
internal sealed class DemoConsortium
{
    internal const string Name = "demo";
    internal const string ServerName = "server";
    internal const string OperatorName = "operator";
    private const string AuthorityName = "board";
    private static readonly TimeSpan Validity = TimeSpan.FromDays(30);

    private DemoConsortium(string folder, PlanFile plan, IReadOnlyList<string> clients, IReadOnlyList<string> holders)
    {
        Folder = folder;
        Plan = plan;
        Clients = clients;
        Holders = holders;
    }

    internal string Folder { get; }

    internal PlanFile Plan { get; }

    internal IReadOnlyList<string> Clients { get; }

    internal IReadOnlyList<string> Holders { get; }

    internal string PlanPath => Path.Combine(Folder, "plan.json");

    internal string IdentityOf(string party) => IdentityOf(Folder, party);

    internal string StateOf(string party) => Path.Combine(Folder, "state", party);

    /// <summary>Creates everything.</summary>
    /// <param name="folder">A folder that holds no consortium yet.</param>
    /// <param name="clients">Names of the clients, in the plan's order.</param>
    /// <param name="holders">Names of the key holders, in the plan's order.</param>
    /// <param name="terms">The terms of training; null for plain sums.</param>
    /// <param name="clip">Values of updates are clipped to this.</param>
    /// <param name="bits">Bits of a quantised value.</param>
    /// <param name="threshold">Key holders that open a sum.</param>
    /// <param name="roundsPerKey">Rounds a key in the joint-key suite; null for the one-time-key suite.</param>
    /// <param name="wire">How ciphertexts travel in the joint-key suite.</param>
    /// <param name="vectorLength">Values of a plain sum.</param>
    /// <param name="sums">The tensors of a plain sum; null for one array without a name.</param>
    internal static DemoConsortium Create(
        string folder, IReadOnlyList<string> clients, IReadOnlyList<string> holders, TrainingTerms? terms, float clip,
        int bits, int threshold, long? roundsPerKey = null,
        WireMode wire = WireMode.Packed, int vectorLength = 0, SumTerms? sums = null)
    {
        using CertificateAuthority authority = CertificateAuthority.Create(Path.Combine(folder, "ca"), Name, Validity);
        PartyRequest server = Enrol(authority, folder, PeerRole.Server, ServerName, ["localhost", "127.0.0.1"]);
        PartyRequest signer = Enrol(authority, folder, PeerRole.Operator, AuthorityName, []);
        Enrol(authority, folder, PeerRole.Operator, OperatorName, []);
        PartyRequest[] sites = [.. clients.Select(name => Enrol(authority, folder, PeerRole.Client, name, []))];
        PartyRequest[] keepers = [.. holders.Select(name => Enrol(authority, folder, PeerRole.KeyHolder, name, []))];
        CounterLayout counters = terms?.Counters ?? CounterLayout.Empty;
        PlanSettings settings = new()
        {
            Suite = roundsPerKey is null ? Suite.OneTimeKey : Suite.JointKey,
            Parameters = AggregationPlanner.Plan(
                new PlanningRequest(terms?.Layout.Length ?? vectorLength, bits, clip, clients.Count,
                    counters.ElementCount(bits), holders.Count,
                    roundsPerKey is { } life ? new JointKeyRequest(holders.Count, threshold, life, Wire: wire) : null)),
            Counters = counters,
            MinClients = 3,
            Threshold = threshold,
            ColludingKeyHolders = threshold - 1,
            BaseVersionWindow = terms?.BaseVersionWindow ?? 1,
            Session = SessionId.Create(SystemEntropy.Instance),
            Enrolment = new Enrolment(
                signer.SigningKey,
                server.SigningKey,
                [.. sites.Select(request => request.ToEnrolledParty())],
                [.. keepers.Select(request => request.ToEnrolledParty())]),
        };
        (_, SigningIdentity signing) = PartyIdentity.LoadSigning(IdentityOf(folder, AuthorityName));
        using (signing)
        {
            PlanFile plan = PlanFile.Draft(Name, ServerName, settings, terms, sums).Sign(signing);
            DemoConsortium consortium = new(folder, plan, clients, holders);
            plan.Save(consortium.PlanPath);
            return consortium;
        }
    }

    private static string IdentityOf(string folder, string party) => Path.Combine(folder, "identities", party);

    private static PartyRequest Enrol(CertificateAuthority authority, string folder, PeerRole role, string name,
        IReadOnlyList<string> hosts)
    {
        string identity = IdentityOf(folder, name);
        PartyRequest request = PartyIdentity.Create(identity, new PeerIdentity(Name, role, name), hosts);
        PartyIdentity.ImportIssued(identity, authority.Issue(request, Validity), "issued.json");
        return request;
    }
}
