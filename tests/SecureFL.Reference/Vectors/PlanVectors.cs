namespace SecureFL.Reference;

/// <summary>Section 4: plans that are right, plans whose bytes are wrong, plans that break a rule.</summary>
internal static class PlanVectors
{
    public static IEnumerable<Vector> All() =>
        [Good("plan", World.Secure()), Good("plan-insecure", World.Small()), Good("plan-counters", World.Wide()),
            .. Bytes(), .. Rules()];

    private static Vector Good(string name, World world) =>
        new(name, "04-plan", "A signed plan, its digest and the words that people compare.", "plan")
        {
            ["plan"] = Json.Hex(world.PlanBytes),
            ["digest"] = Json.Hex(world.Digest),
            ["spoken"] = ReferencePlan.Spoken(world.Digest),
            ["terms"] = Json.Hex(world.Plan.Terms),
            ["minClients"] = world.Plan.MinClients,
            ["votes"] = world.Plan.Votes,
            ["deaths"] = world.Plan.Deaths,
            ["counters"] = new JsonArray([.. world.Plan.Counters.Select(c => (JsonNode)c.Name)]),
        };

    private static IEnumerable<Vector> Bytes()
    {
        World world = World.Secure();
        byte[] plan = world.PlanBytes;
        int body = plan.Length - 64;

        // The flags stand before the enrolment: authority, server, then two lists.
        int enrolment = body - (2 * 65) - (2 * 4) - world.Plan.Clients.Concat(world.Plan.Holders)
            .Sum(p => 4 + p.Name.Length + 65);
        byte[] highS = [.. plan];
        Curve.Bytes32(Curve.Order - Curve.Number(plan[^32..])).CopyTo(highS, plan.Length - 32);
        (string Name, string What, byte[] Bytes, int Code, string CodeName)[] cases =
        [
            ("truncated", "The last byte is missing.", plan[..^1], 100, "Truncated"),
            ("trailing-byte", "A byte follows the signature.", [.. plan, 0], 101, "TrailingBytes"),
            ("message-type", "The type byte of a vote.", Set(plan, 0, 11), 105, "WrongMessageType"),
            ("version", "Another version of the encoding.", Set(plan, 1, 3), 200, "WrongVersion"),
            ("flag", "The flag 'insecure' is 2.", Set(plan, enrolment - 1, 2), 104, "NonCanonical"),
            ("signature", "A flipped bit in the signature.", Set(plan, plan.Length - 40, plan[^40] ^ 1), 300,
                "BadSignature"),
            ("high-s", "The other s that ECDSA would accept.", highS, 300, "BadSignature"),
            ("point", "The server's key is not on the curve.",
                Set(plan, enrolment + 65 + 64, plan[enrolment + 65 + 64] ^ 1), 301, "BadPublicKey"),
            ("point-form", "The server's key begins with 3.", Set(plan, enrolment + 65, 3), 301, "BadPublicKey"),
            ("clients-count", "More clients than any plan may have.", Set(plan, enrolment + 130, 1), 102, "Oversized"),
            ("no-clients", "No clients.", Set(plan, enrolment + 133, 0), 103, "OutOfRange"),
            ("clients-beyond-end", "A count that the bytes left cannot hold.", Set(plan, enrolment + 132, 200), 100,
                "Truncated"),
            ("utf8", "A name that is not UTF-8.", Set(plan, enrolment + 138, 0xFF), 104, "NonCanonical"),
            ("control-character", "A line feed in a name.", Set(plan, enrolment + 138, 10), 104, "NonCanonical"),
            ("hidden-character", "A right-to-left override in a name.",
                Set(Set(Set(plan, enrolment + 138, 0xE2), enrolment + 139, 0x80), enrolment + 140, 0xAE), 104,
                "NonCanonical"),
            ("private-character", "A character for private use in a name.",
                Set(Set(Set(plan, enrolment + 138, 0xEE), enrolment + 139, 0x80), enrolment + 140, 0x80), 104,
                "NonCanonical"),
            ("errors", "An unknown error distribution.",
                World.Secure(p => p with { Parameters = p.Parameters with { Errors = 3 } }).PlanBytes, 103,
                "OutOfRange"),
            ("signer", "Signed by the server.", [.. plan[..body], .. world.Server.Sign(world.Digest)], 300,
                "BadSignature"),
        ];
        return
            cases.Select(c => new Vector("bad-plan-" + c.Name, "04-plan", c.What, "plan")
            { ["plan"] = Json.Hex(c.Bytes) }.Refused(c.Code, c.CodeName));
    }

    private static IEnumerable<Vector> Rules()
    {
        (string Name, string Rule, string What, Func<ReferencePlan, ReferencePlan> Change)[] cases =
        [
            ("suite", "suite", "An unknown suite.", p => p with { Suite = 3 }),
            ("opener", "opener", "The opener 'clients'.", p => p with { Opener = 2 }),
            ("threshold-one", "t >= 2", "t = 1.", p => p with { Threshold = 1 }),
            ("threshold-above", "t <= H", "t = 4 of H = 3.", p => p with { Threshold = 4 }),
            ("no-colluding-holder", "f >= 1", "f = 0, and the plan does not say insecure.",
                p => p with { Colluding = 0 }),
            ("colluding-holders", "f <= t-1", "f = t.", p => p with { Colluding = 2 }),
            ("colluding-clients", "f_c >= 1", "f_c = 0.", p => p with { ColludingClients = 0 }),
            ("min-clients", "n_min >= f_c+2", "n_min = 2 with f_c = 1.", p => p with { MinClients = 2 }),
            ("min-above-max", "n_min <= n_max", "n_min = 5 with n_max = 4.",
                p => p with
                    { MinClients = 5, Clients = [.. p.Clients, new("client 4", new KeyPair("client 4").PublicKey)] }),
            ("too-few-clients", "enrolled clients", "Three enrolled clients with n_min = 4.",
                p => p with { MinClients = 4, Clients = [.. p.Clients.Take(3)] }),
            ("sites-hold-keys", "sites hold keys",
                "A client and a key holder share a key, and the plan does not say so.",
                p => p with { Holders = [.. p.Holders.Take(2), p.Holders[2] with { Key = p.Clients[0].Key }] }),
            ("sites-hold-keys-f", "f_c >= f where sites hold keys",
                "Sites hold keys, f = 1 and f_c = 0 under 'insecure'.",
                p => p with { SitesHoldKeys = 1, Insecure = 1, ColludingClients = 0 }),
            ("authority-is-server", "authority", "The server signs the plan.", p => p with { Server = p.Authority }),
            ("client-twice", "clients", "Two clients with one key.",
                p => p with { Clients = [.. p.Clients.Take(3), p.Clients[3] with { Key = p.Clients[0].Key }] }),
            ("name-twice", "key holders", "Two key holders with one name.",
                p => p with { Holders = [.. p.Holders.Take(2), p.Holders[2] with { Name = p.Holders[0].Name }] }),
            ("empty-name", "clients", "A client without a name.",
                p => p with { Clients = [.. p.Clients.Take(3), p.Clients[3] with { Name = string.Empty }] }),
            ("name-space", "clients", "A client's name that ends with a space.",
                p => p with { Clients = [.. p.Clients.Take(3), p.Clients[3] with { Name = "client 3 " }] }),
            ("server-holds-key", "server key", "The server is a key holder.",
                p => p with { Holders = [.. p.Holders.Take(2), p.Holders[2] with { Key = p.Server }] }),
            ("rounds", "rounds", "No rounds.", p => p with { Rounds = 0 }),
            ("window", "agreement window", "No agreement window.", p => p with { AgreementWindowSeconds = 0 }),
            ("life", "round life", "A round that lives shorter than its agreement window.",
                p => p with { RoundLifeSeconds = 3599 }),
            ("base-versions", "K", "K = 0.", p => p with { BaseVersionWindow = 0 }),
            ("group-size", "group size >= n_min", "Groups of 2 with n_min = 3.", p => p with { GroupSize = 2 }),
            ("group-size-max", "2 group size - 1 <= n_max",
                "Groups of 3: a derived group may have 5 members, n_max = 4.", p => p with { GroupSize = 3 }),
            ("counters-elements", "integer elements", "A counter without integer elements.",
                p => p with { Counters = [new("loss", 10)] }),
            ("digest", "digest rule", "A prime of 60 bits and 2^16 clients: an unreduced sum does not fit 64 bits.",
                p => p with { Parameters = Unbound }),
            ("weight-first", "counters", "A weighted plan whose first counter is not the weight.",
                p => p with { MaxWeight = 10, Counters = [new("loss", 10)],
                    Parameters = p.Parameters with { IntegerLength = 2 } }),
        ];
        return cases.Select(c => new Vector("plan-rule-" + c.Name, "04-plan", c.What, "plan")
        {
            ["plan"] = Json.Hex(World.Secure(c.Change).PlanBytes),
            ["rule"] = c.Rule,
        }.Refused(209, "PlanRule"));
    }

    /// <summary>Parameters that obey section 2, but not the digest rule of 13.</summary>
    private static ReferenceParameters Unbound => World.SmallParameters with
    {
        Degree = 4096,
        Primes = [.. ReferencePlanner.Largest(60, 4096, 1), .. ReferencePlanner.Largest(40, 4096, 1)],
        LogDelta = ReferencePlanner.LogDelta(65536, 1),
        Errors = 1,
        Radices = [.. Enumerable.Repeat(ReferencePlanner.LaneRadix(65536, 4), 4)],
        MaxClients = 65536,
    };

    private static byte[] Set(byte[] bytes, int at, int value)
    {
        byte[] changed = [.. bytes];
        changed[at] = (byte)value;
        return changed;
    }
}
