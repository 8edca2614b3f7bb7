namespace SecureFL.Reference;

/// <summary>A plan with chosen keys for all its parties, and the first link of its model chain.</summary>
internal sealed class World
{
    private readonly Dictionary<string, ulong[]> _digests = [];

    /// <summary>The time of every scenario, milliseconds since 1970 UTC.</summary>
    public const long Now = 1_767_225_600_000;

    private World(ReferenceParameters parameters, int clients, int holders, Func<ReferencePlan, ReferencePlan> change)
    {
        Authority = new KeyPair("authority");
        Server = new KeyPair("server");
        Clients = [.. Enumerable.Range(0, clients).Select(i => new KeyPair($"client {i}"))];
        Holders = [.. Enumerable.Range(0, holders).Select(i => new KeyPair($"key holder {i}"))];
        Plan = change(new ReferencePlan
        {
            Session = Chosen.Bytes("session", 16),
            Parameters = parameters,
            MinClients = 3,
            Threshold = 2,
            Insecure = 1,
            Authority = Authority.PublicKey,
            Server = Server.PublicKey,
            Clients = [.. Clients.Select((key, i) => new ReferenceParty($"client {i}", key.PublicKey))],
            Holders = [.. Holders.Select((key, i) => new ReferenceParty($"key holder {i}", key.PublicKey))],
        });
        PlanBytes = Plan.Encode(Authority);
        Digest = Plan.Digest();
        Linear = new ReferenceDigest(Digest);
        First = Wire.Version(Context(0), 0, Wire.Zero, Wire.Zero, Model, Server);
    }

    public KeyPair Authority { get; }

    public KeyPair Server { get; }

    public KeyPair[] Clients { get; }

    public KeyPair[] Holders { get; }

    public ReferencePlan Plan { get; }

    public byte[] PlanBytes { get; }

    public byte[] Digest { get; }

    /// <summary>Linear digests under the plan.</summary>
    public ReferenceDigest Linear { get; }

    /// <summary>Digest of the model before the first round.</summary>
    public byte[] Model { get; } = SHA256.HashData("the first model"u8);

    /// <summary>What its rounds compute: training where the plan has terms.</summary>
    public ReferenceTask Task => Plan.Terms.All(b => b == 0) ? default : new ReferenceTask(1, 4);

    /// <summary>Model version 0.</summary>
    public Message First { get; }

    /// <summary>
    /// Four clients, three key holders, two of three; one chunk of one lane, f = 0 (hence insecure): small messages.
    /// </summary>
    public static World Small(Func<ReferencePlan, ReferencePlan>? change = null) =>
        new(SmallParameters, 4, 3, change ?? (plan => plan));

    /// <summary>The small world with f = 1: its plan obeys every rule, and needs no waiver.</summary>
    public static World Secure(Func<ReferencePlan, ReferencePlan>? change = null) =>
        Small(plan => (change ?? (p => p))(plan with { Colluding = 1, Insecure = 0 }));

    /// <summary>Two chunks of three lanes with a weight and a counter.</summary>
    public static World Wide() => new(WideParameters, 4, 3, plan => plan with
    {
        Terms = Chosen.Bytes("terms", 32),
        MaxWeight = 10,
        Counters = [new("weight", 10), new("loss", 1000)],
    });

    /// <summary>Seven clients in random groups of at least three.</summary>
    public static World Grouped(Func<ReferencePlan, ReferencePlan>? change = null) => new(
        SmallParameters with { MaxClients = 5, LogDelta = ReferencePlanner.LogDelta(5, 2), Radices = [71] }, 7, 3,
        plan => (change ?? (p => p))(plan with { GroupSize = 3 }));

    /// <summary>The small world in a ring of degree 2048, with two primes and seven lanes.</summary>
    public static World TwoPrimes() => new(
        SmallParameters with
        {
            Degree = 2048,
            Primes = [.. ReferencePlanner.Largest(27, 2048, 1), .. ReferencePlanner.Largest(28, 2048, 1)],
            Radices = [.. Enumerable.Repeat(57L, 7)],
            FloatLength = 3000,
        }, 4, 3, plan => plan);

    public static ReferenceParameters SmallParameters { get; } = new()
    {
        Degree = 1024,
        Primes = [ReferencePlanner.Largest(20, 1024, 1).Single()],
        LogDelta = ReferencePlanner.LogDelta(4, 2),
        Errors = 2,
        Radices = [57],
        FloatLength = 16,
        IntegerLength = 0,
        Bits = 4,
        Clip = 2,
        MaxClients = 4,
    };

    public static ReferenceParameters WideParameters { get; } = SmallParameters with
    {
        Primes = [ReferencePlanner.Largest(27, 1024, 1).Single()],
        Radices = [57, 57, 57],
        FloatLength = 3100,
        IntegerLength = 6,
    };

    public Context Context(ulong round) => new(Plan.Suite, Digest, Plan.Session, round);

    /// <summary>The linear digest of packed chunks; it takes a while, so it is kept.</summary>
    public ulong[] LinearDigest(byte[][] chunks)
    {
        string key = Json.Hex(Derivations.Root(chunks));
        return _digests.TryGetValue(key, out ulong[]? known) ? known : _digests[key] = Linear.Of(
            [.. chunks.SelectMany(chunk => ReferenceEncoding.Residues(Plan.Parameters, chunk).SelectMany(r => r))]);
    }
}
