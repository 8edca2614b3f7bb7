using System.Globalization;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Threshold.Sharing;

namespace SecureFL.Protocol.Plans;

/// <summary>
/// The one document that all parties agree on. Immutable, checked, thread-safe. Every message carries
/// <see cref="Digest"/>; people compare
/// <see cref="SpokenForm"/>. Signed by an authority that is not the server.
/// </summary>
public sealed class AggregationPlan
{
    private const string Domain = "plan";
    private readonly byte[] _body;
    private readonly byte[] _signature;

    private AggregationPlan(PlanSettings settings, byte[] body, byte[] signature)
    {
        Settings = settings;
        _body = body;
        _signature = signature;
        Digest = DomainHash.Of(Domain, body);
        Quorum = new Quorum(settings.Enrolment.KeyHolders.Count, settings.Threshold, settings.ColludingKeyHolders);
        Suite = SuiteTable.Of(settings);
        Layout = Suite.CreateLayout(settings);
        Limits = new MessageLimits
        {
            Suite = settings.Suite,
            Plan = Digest,
            Session = settings.Session,
            Rounds = settings.Rounds,
            Clients = settings.Enrolment.Clients.Count,
            ClientsInGroup = settings.Parameters.MaxClients,
            KeyHolders = Quorum.KeyHolders,
            BaseVersions = settings.BaseVersionWindow,
            Chunks = settings.Parameters.ChunkCount,
            Sizes = Layout.Sizes,
        };
        Span<byte> digest = stackalloc byte[Digest.Size];
        Digest.CopyTo(digest);
        DigestKey = Layout.Sizes.LinearDigestBytes > 0 ? new LinearDigestKey(digest) : null;
    }

    /// <summary>How contributions are encrypted, shared and opened.</summary>
    public IPlanSuite Suite { get; }

    /// <summary>Sizes and checks of the suite under this plan.</summary>
    public SuiteLayout Layout { get; }

    /// <summary>What the plan fixes about its messages: to parse them within.</summary>
    public MessageLimits Limits { get; }

    /// <summary>All fields.</summary>
    public PlanSettings Settings { get; }

    /// <summary>Vector layout and ring.</summary>
    public AggregationParameters Parameters => Settings.Parameters;

    /// <summary>Who takes part.</summary>
    public Enrolment Enrolment => Settings.Enrolment;

    /// <summary>The counting rules of the key holders.</summary>
    public Quorum Quorum { get; }

    /// <summary>The public polynomials of linear digests; null in suites whose messages carry none.</summary>
    internal LinearDigestKey? DigestKey { get; }

    /// <summary>The session.</summary>
    public SessionId Session => Settings.Session;

    /// <summary>The hash of everything above.</summary>
    public Digest Digest { get; }

    /// <summary>128 bits of the digest in eight pronounceable words, for people to compare.</summary>
    public string SpokenForm => SpokenDigest.Of(Digest);

    /// <summary>Checks the settings and signs the plan.</summary>
    /// <exception cref="PlanRefusedException">A rule is broken: the message names it and what would satisfy
    /// it.</exception>
    /// <exception cref="ArgumentException">The identity is not the enrolment's authority.</exception>
    public static AggregationPlan Sign(PlanSettings settings, SigningIdentity authority)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(authority);
        if (PlanRules.FirstBroken(settings) is { } broken)
        {
            throw new PlanRefusedException(broken.Rule, broken.Message);
        }

        if (!authority.PublicKey.Equals(settings.Enrolment.Authority))
        {
            throw new ArgumentException("only the enrolment's authority signs the plan", nameof(authority));
        }

        byte[] body = WriteBody(settings);
        return new AggregationPlan(settings, body, authority.Sign(DomainHash.Of(Domain, body)));
    }

    /// <summary>
    /// Reads a signed plan: parses within the limits, checks every rule and the authority's signature.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed bytes, a broken rule, or a bad signature.</exception>
    public static AggregationPlan Parse(ReadOnlySpan<byte> bytes)
    {
        CanonicalReader reader = new(bytes, "plan", Party.Authority);
        PlanSettings settings = ReadBody(ref reader);
        byte[] body = bytes[..reader.Position].ToArray();
        byte[] signature = reader.Fixed(VerificationKey.SignatureSize, "signature").ToArray();
        reader.End();
        RequireRules(settings);
        AggregationPlan plan = new(settings, body, signature);
        return settings.Enrolment.Authority.Verify(plan.Digest, signature)
            ? plan
            : throw new ProtocolViolationException(ViolationCode.BadSignature, Party.Authority,
                "the authority's signature on the plan", "another");
    }

    /// <summary>The bytes that <see cref="Digest"/> is taken over: everything but the signature.</summary>
    /// <exception cref="PlanRefusedException">A rule is broken.</exception>
    public static byte[] EncodeUnsigned(PlanSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return PlanRules.FirstBroken(settings) is { } broken
            ? throw new PlanRefusedException(broken.Rule, broken.Message) : WriteBody(settings);
    }

    /// <summary>
    /// The fields of a plan that nobody has signed yet, as <see cref="EncodeUnsigned"/> writes them: within the limits,
    /// every rule checked.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Malformed bytes or a broken rule.</exception>
    public static PlanSettings ParseUnsigned(ReadOnlySpan<byte> bytes)
    {
        CanonicalReader reader = new(bytes, "plan", Party.Authority);
        PlanSettings settings = ReadBody(ref reader);
        reader.End();
        RequireRules(settings);
        return settings;
    }

    /// <summary>The digest that the signed plan will have.</summary>
    /// <exception cref="PlanRefusedException">A rule is broken.</exception>
    public static Digest DigestOf(PlanSettings settings) => DomainHash.Of(Domain, EncodeUnsigned(settings));

    /// <summary>128 bits of a plan's digest in eight pronounceable words.</summary>
    public static string SpokenFormOf(Digest digest) => SpokenDigest.Of(digest);

    /// <summary>The canonical bytes, signature included.</summary>
    public byte[] Encode() => [.. _body, .. _signature];

    /// <summary>The plan in plain lines, with the bounds on absent parties and what collusion can do.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"""
        plan {SpokenForm}
        digest {Digest}
        session {Session}
        terms {(Settings.Terms == default ? "none: plain sums" : Settings.Terms.ToString())}
        suite {Suite.Name}, opener {Settings.Opener.ToString().ToLowerInvariant()}{(Settings.Insecure ? ", INSECURE: minimum rules waived" : string.Empty)}
        vector: {Parameters.FloatLength} values clipped to {Parameters.Clip} at {Parameters.Bits} bits, {Settings.Counters.Counters.Length} counters
        ring: degree {Parameters.RingDegree}, {Parameters.Primes.Length} primes, {Parameters.SecurityBits} bits of security, {Parameters.ChunkCount} chunks of {Parameters.WireChunkBytes} bytes{(Parameters.TravelsAsSeal ? " (SEAL ciphertexts)" : string.Empty)}
        clients: {Enrolment.Clients.Count} enrolled, {Settings.MinClients} to {Parameters.MaxClients} in a group; {Settings.ColludingClients} may collude with who sees the sum
        absent clients: all but {Settings.MinClients} may vanish before the round closes
        groups: {(Settings.GroupSize == 0 ? "one" : $"random, of at least {Settings.GroupSize}")}; base versions: the last {Settings.BaseVersionWindow}
        a round lives {TimeSpan.FromSeconds(Settings.RoundLifeSeconds).TotalDays:0.###} days; then key holders erase its keys, decided or not
        early resubmission: {(Settings.AllowEarlyResubmission ? "PERMITTED (the difference of two sums can show one client)" : "refused")}
        {Quorum.Describe()}{Suite.Describe(Settings)}
        """);

    internal RoundContext Context(ulong round) => Limits.Context(round);

    /// <summary>The enrolled client's key.</summary>
    internal VerificationKey ClientKey(int client) => Enrolment.Clients[client].Key;

    /// <summary>The enrolled key holder's key.</summary>
    internal VerificationKey HolderKey(int holder) => Enrolment.KeyHolders[holder].Key;

    private static void RequireRules(PlanSettings settings)
    {
        if (PlanRules.FirstBroken(settings) is { } broken)
        {
            throw new ProtocolViolationException(ViolationCode.PlanRule, Party.Authority, broken.Rule, broken.Message);
        }
    }

    private static byte[] WriteBody(PlanSettings s)
    {
        CanonicalWriter writer = new();
        writer.Byte((byte)MessageType.Plan);
        writer.Byte(ProtocolLimits.Version);
        writer.Byte((byte)s.Suite);
        writer.Byte((byte)s.Opener);
        writer.Fixed(s.Session.ToArray());
        writer.Digest(s.Terms);
        ParameterCodec.Write(writer, s.Parameters);
        s.Counters.Write(writer);
        writer.Count(s.MinClients);
        writer.Count(s.Threshold);
        writer.Count(s.ColludingKeyHolders);
        writer.Count(s.ColludingClients);
        writer.Flag(s.SitesHoldKeys);
        writer.Count(s.Rounds);
        writer.Count(s.AgreementWindowSeconds);
        writer.Count(s.RoundLifeSeconds);
        writer.Count(s.BaseVersionWindow);
        writer.Count(s.GroupSize);
        writer.Flag(s.AllowEarlyResubmission);
        writer.Flag(s.Insecure);
        s.Enrolment.Write(writer);
        return writer.ToArray();
    }

    private static PlanSettings ReadBody(ref CanonicalReader reader)
    {
        RoundContext.ReadTypeAndVersion(ref reader, MessageType.Plan);
        Suite suite = (Suite)reader.Byte("suite");
        Opener opener = (Opener)reader.Byte("opener");
        SessionId session = new(reader.Fixed(SessionId.Size, "session"));
        Digest terms = reader.Digest("terms");
        AggregationParameters parameters =
            ParameterCodec.Read(ref reader, SuiteTable.Find(suite) is { HasJointKey: true });
        return new PlanSettings
        {
            Suite = suite,
            Opener = opener,
            Session = session,
            Terms = terms,
            Parameters = parameters,
            Counters = CounterLayout.Read(ref reader),
            MinClients = reader.Int32(0, ProtocolLimits.MaxClients, "minClients"),
            Threshold = reader.Int32(0, ProtocolLimits.MaxKeyHolders, "threshold"),
            ColludingKeyHolders = reader.Int32(0, ProtocolLimits.MaxKeyHolders, "colludingKeyHolders"),
            ColludingClients = reader.Int32(0, ProtocolLimits.MaxClients, "colludingClients"),
            SitesHoldKeys = reader.Flag("sitesHoldKeys"),
            Rounds = reader.Int32(0, ProtocolLimits.MaxRounds, "rounds"),
            AgreementWindowSeconds = reader.Int32(0, ProtocolLimits.MaxWindowSeconds, "agreementWindow"),
            RoundLifeSeconds = reader.Int32(0, ProtocolLimits.MaxWindowSeconds, "roundLife"),
            BaseVersionWindow = reader.Int32(0, ProtocolLimits.MaxBaseVersionWindow, "baseVersionWindow"),
            GroupSize = reader.Int32(0, ProtocolLimits.MaxClients, "groupSize"),
            AllowEarlyResubmission = reader.Flag("allowEarlyResubmission"),
            Insecure = reader.Flag("insecure"),
            Enrolment = Enrolment.Read(ref reader),
        };
    }
}
