namespace SecureFL.Reference;

/// <summary>Sections 4 and 5 as a client sees them.</summary>
internal static class ClientVectors
{
    public static IEnumerable<Vector> All(SmallRound s)
    {
        World w = s.World;
        ReferenceRound next = new(w, 1);
        Message forged = Wire.Version(w.Context(0), 0, Wire.Zero, Wire.Zero, w.Model, w.Holders[0]);
        byte[] otherPlan = [.. w.Digest];
        otherPlan[0] ^= 1;
        byte[] contributed = Journal(1, w.Digest, 0, w.Model);
        byte[] buried = Canonical.Of(b => b.U8(2).Raw(w.Digest).U64(0));
        yield return Of("client-invitation", "A good invitation: the base version, and a contribution on it.", s,
            new Script()
            .Accept("invitation", s.Round.Invitation, w.First.Hash).Custom(Contribute(s.Round, w.Model, Accepted())));
        yield return Of("client-other-plan", "Another plan than the site approved.", s, new Script(),
            approved: otherPlan).Refused(202, "WrongPlan");
        yield return Of("client-not-enrolled", "A key that the plan does not list.", s, new Script(),
            identity: w.Holders[0]).Refused(208, "NotEnrolled");
        yield return Of("client-below-quorum", "An opening below the quorum.", s,
            new Script().Refuse("invitation",
                Wire.Invitation(Wire.Opening(s.Round.Context, w.First.Hash, w.Task, s.Round.Entries[0]), w.First), 400,
                "OpeningBelowQuorum"));
        yield return Of("client-forged-version", "A model version that the server did not sign.", s,
            new Script().Refuse("invitation", Wire.Invitation(s.Round.Opening, forged), 300, "BadSignature"));
        yield return Of("client-other-head", "Versions that do not end at the head of the opening.", s,
            new Script().Refuse("invitation", Wire.Invitation(s.Round.Opening, s.Second), 206, "WrongHead"));
        yield return Of("client-other-model", "Another model than the base version's.", s,
            new Script().Custom(
                Contribute(s.Round, SHA256.HashData("another model"u8), Vector.Refusal(207, "WrongBaseVersion"))));
        yield return Of("client-second-in-round", "A second contribution in one round.", s,
            new Script().Custom(Contribute(s.Round, w.Model, Vector.Refusal(408, "DuplicateContribution"))),
            [contributed]);
        yield return Of("client-second-on-base", "A contribution to the next round on the same model.", s,
            new Script().Custom(Contribute(next, w.Model, Vector.Refusal(410, "SecondContributionOnBase"))),
            [contributed]);
        yield return Of("client-after-death", "The same after the first round was proven dead.", s,
            new Script().Custom(Contribute(next, w.Model, Accepted())), [contributed, buried]);
        World trained = World.Wide();
        ReferenceRound training = new(trained, 0);
        yield return Of("client-task", "Training at step 4, by all entries and by what the site has computed.", s,
            new Script().Custom(Contribute(training, trained.Model, Accepted(), trained.Task)), world: trained);
        yield return Of("client-other-task", "The site has evaluated, and the invitation is to training.", s,
            new Script().Custom(Contribute(training, trained.Model, Vector.Refusal(213, "WrongTask"),
                new ReferenceTask(2, 4))), world: trained);
        yield return Of("client-other-step", "The site has trained at step 5, and the invitation is to step 4.", s,
            new Script().Custom(Contribute(training, trained.Model, Vector.Refusal(213, "WrongTask"),
                new ReferenceTask(1, 5))), world: trained);
        byte[] trainedBefore = Journal(1, trained.Digest, 7, SHA256.HashData("another model"u8), trained.Task);
        yield return Of("client-repeated-task", "Training at step 4 again, on another model.", s,
            new Script().Custom(Contribute(training, trained.Model, Vector.Refusal(410, "SecondContributionOnBase"),
                trained.Task)), [trainedBefore], world: trained);
        World wide = World.Small(p => p with { BaseVersionWindow = 2 });
        ReferenceRound wideRound = new(wide, 0);
        Message second = Wire.Version(wideRound.Context, 1, SHA256.HashData("another version"u8), new byte[32],
            wide.Model, wide.Server);
        ReferenceRound onSecond = new(wide, 1, second);
        yield return Of("client-broken-chain", "Two versions that do not follow from each other.", s,
            new Script().Refuse("invitation", Wire.Invitation(onSecond.Opening, wide.First, second), 210,
                "BrokenModelChain"), world: wide);
    }

    private static byte[] Journal(int type, byte[] plan, ulong round, byte[] model, ReferenceTask task = default) =>
        Canonical.Of(w => w.U8(type).Raw(plan).U64(round).Raw(model).U8(task.Kind).U64(task.Step));

    private static JsonObject Accepted() => new() { ["accept"] = true };

    private static JsonObject Contribute(ReferenceRound round, byte[] model, JsonObject expect,
        ReferenceTask task = default) => new()
        {
            ["do"] = "contribute",
            ["message"] = Json.Hex(round.Invitation.Encoded),
            ["model"] = Json.Hex(model),
            ["kind"] = task.Kind,
            ["step"] = task.Step,
            ["expect"] = expect,
        };

    private static Vector Of(
        string name, string what, SmallRound s, Script script, byte[][]? journal = null, byte[]? approved = null,
        KeyPair? identity = null, World? world = null) =>
        new(name, "05-round", what, "client")
        {
            ["plan"] = world is null ? "@round.json#/plan" : Json.Hex(world.PlanBytes),
            ["approvedPlan"] = Json.Hex(approved ?? (world ?? s.World).Digest),
            ["identity"] = Json.Hex((identity ?? s.World.Clients[0]).PrivateKey),
            ["journal"] = Json.Hexes(journal ?? []),
            ["steps"] = script.Steps,
        };
}
