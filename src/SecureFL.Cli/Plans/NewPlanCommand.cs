using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan new</c>: a draft with every field spelled out.</summary>
internal static class NewPlanCommand
{
    private const string Teaching = """
        Four hospitals and three key holders train a logistic regression; the columns are those of one hospital's file:
          securefl plan new --authority board.json --server aggregator.json --client a.json --client b.json --client c.json --client d.json \
            --key-holder x.json --key-holder y.json --key-holder z.json --schema-from a.csv --label ill --rounds 20 --output plan.json
        The training that was tried with simulate, from one file:
          securefl plan new ... --training training.json
        A perceptron trained by the sites' own PyTorch programs:
          securefl plan new ... --schema schema.json --external-trainer --initial-weights initial.safetensors
        Plain sums of vectors of a million values, no training:
          securefl plan new ... --vector 1000000 --clip 8
        Sums of the named arrays that every site's file has, whatever their order in it:
          securefl plan new ... --layout update.npz --clip 8 --tensor-clip head.bias=0.5
        """;

    internal static Command Create()
    {
        NewPlanOptions options = new();
        Command command = new("new", "Write a plan from the parties' requests. Nothing is signed yet.");
        options.AddTo(command);
        command.SetAction(result => Run(result, options));
        return Examples.Of(command, Teaching);
    }

    private static int Run(ParseResult result, NewPlanOptions options)
    {
        PartyRequest authority = Party(result.GetValue(options.Authority)!, PeerRole.Operator);
        PartyRequest server = Party(result.GetValue(options.Server)!, PeerRole.Server);
        PartyRequest[] clients = [.. result.GetValue(options.Clients)!.Select(path => Party(path, PeerRole.Client))];
        PartyRequest[] holders =
            [.. result.GetValue(options.KeyHolders)!.Select(path => Party(path, PeerRole.KeyHolder))];
        foreach (PartyRequest party in clients.Concat(holders).Append(server))
        {
            if (party.Peer.Consortium != authority.Peer.Consortium)
            {
                throw new CliException(ExitCode.Usage,
                    $"{party.Peer} is of consortium {party.Peer.Consortium}, the authority of "
                    + $"{authority.Peer.Consortium}", "one plan is one consortium");
            }
        }

        if (clients.Length < 3)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{clients.Length} client(s), a sum needs at least 3: of two each would see the other's update in "
                + $"the sum, by subtracting its own",
                "find a third site; securefl simulate --insecure-two-sites tries two in one process, without "
                + "protection");
        }

        Enrolment enrolment = new(authority.SigningKey, server.SigningKey,
            [.. clients.Select(party => party.ToEnrolledParty())],
            [.. holders.Select(party => party.ToEnrolledParty())]);
        TrainingDescription description = options.Terms.Read(result);
        OptionRules.Check(result, description);
        SumSettings sum = description.Sum;
        sum.Check();
        if (!sum.IsEncrypted)
        {
            throw new CliException(ExitCode.Usage,
                "the training's sum.suite is plaintext, a plan has no sums in the clear",
                $"give --suite {SuiteNames.OneTimeKey} or {SuiteNames.JointKey}");
        }

        TrainingTerms? terms = new PlanTermsReader(result, options, description).Read();
        float clip = WireClip(terms, description);
        SumTerms? sums = SumTermsReader.Asked(result, options) ? new SumTermsReader(result, options).Read() : null;
        PlanFile file = PlanFile.Draft(authority.Peer.Consortium, server.Peer.Name,
            Settings(result, options, sum, enrolment, terms, sums, clip), terms, sums);
        string output = result.GetValue(options.Output)!;
        file.Save(output);
        Quorum quorum = new(holders.Length, file.Settings.Threshold, file.Settings.ColludingKeyHolders);
        Talk.Line(
            $"{output}: a draft of {clients.Length} clients and {holders.Length} key holders; read it, then let the "
            + $"authority sign it");
        foreach (string line in quorum.Describe().ReplaceLineEndings("\n").Split('\n'))
        {
            Talk.Line(line);
        }

        int sites = terms?.SitesPerRound is int drawn and > 0 ? drawn : clients.Length;
        if (terms is { Asynchronous: null } && file.Settings.MinClients >= sites)
        {
            Talk.Line(
                $"warning: a round is of {sites} sites and needs all of them (a sum has at least "
                + $"{file.Settings.MinClients}): while one is away, it waits, and no deadline closes it; more sites a "
                + $"round, or a lower --min-clients (3 is the least), let one be away");
        }

        Talk.Hint($"securefl plan show {output}, then securefl plan sign {output} --identity FOLDER");
        Console.Out.WriteLine(file.SpokenForm);
        return (int)ExitCode.Ok;
    }

    private static PlanSettings Settings(
        ParseResult result, NewPlanOptions options, SumSettings sum, Enrolment enrolment, TrainingTerms? terms,
        SumTerms? sums, float clip)
    {
        int bits = sum.Bits;
        int holders = enrolment.KeyHolders.Count;
        int threshold = sum.Threshold;
        int colluding = result.GetValue(options.ColludingKeyHolders) is int given and >= 0 ? given
            : Math.Max(0, threshold - 1);
        int colludingClients = result.GetValue(options.ColludingClients)
            ?? Math.Max(1, enrolment.SitesHoldKeys ? colluding : 1);
        CounterLayout counters = terms?.Counters ?? CounterLayout.Empty;
        long length = terms?.Layout.Length ?? sums!.Elements;
        int clients = result.GetValue(options.MaxClients) ?? enrolment.Clients.Count;
        int groupSize = result.GetValue(options.GroupSize);
        int groups = groupSize == 0 ? 1 : Math.Max(1, enrolment.Clients.Count / groupSize);
        JointKeyRequest? jointKey = sum.Suite == SumSuite.JointKey
            ? new JointKeyRequest(holders, threshold, checked((long)result.GetValue(options.RoundsPerKey) * groups),
                result.GetValue(options.Smudging), sum.Wire)
            : null;
        return new PlanSettings
        {
            Suite = sum.Protocol,
            Parameters = AggregationPlanner.Plan(
                new PlanningRequest(length, bits, clip, clients, counters.ElementCount(bits), holders, jointKey)),
            Counters = counters,
            MinClients = Math.Max(sum.MinClients, colludingClients + 2),
            Threshold = threshold,
            ColludingKeyHolders = colluding,
            ColludingClients = colludingClients,
            SitesHoldKeys = enrolment.SitesHoldKeys,
            Rounds = result.GetValue(options.ProtocolRounds),
            BaseVersionWindow = terms?.BaseVersionWindow ?? 1,
            AgreementWindowSeconds = result.GetValue(options.AgreementWindow),
            RoundLifeSeconds = result.GetValue(options.RoundLife),
            GroupSize = groupSize,
            AllowEarlyResubmission = result.GetValue(options.AllowEarlyResubmission),
            Session = SessionId.Create(SystemEntropy.Instance),
            Enrolment = enrolment,
        };
    }

    /// <summary>
    /// The clip of the vector on the wire: updates are brought to it tensor by tensor; plain sums have no other.
    /// </summary>
    private static float WireClip(TrainingTerms? terms, TrainingDescription description)
    {
        const float Training = 1;
        return terms is not null ? Training
            : description.Value<ImmutableArray<float>>("clips") is [float clip, ..] ? clip
            : throw new CliException(
                ExitCode.Usage, "--clip is missing: nobody but you knows how large the elements of your vectors are",
                "--clip 8 sums elements from -8 to 8; larger ones are cut, and the step grows with the clip");
    }

    private static PartyRequest Party(string path, PeerRole role)
    {
        PartyRequest request = PartyRequest.Load(path);
        return request.Peer.Role == role
            ? request
            : throw new CliException(ExitCode.Usage,
                $"{path} is of a {PeerRoles.NameOf(request.Peer.Role)}, due is a {PeerRoles.NameOf(role)}",
                "securefl identity show tells what a request is");
    }
}
