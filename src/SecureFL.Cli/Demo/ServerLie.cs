using System.Collections.Immutable;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Violations;
using SecureFL.Server.Attacks;
using SecureFL.Server.Rounds;

namespace SecureFL.Cli.Demo;

/// <summary>A way in which the server of a demonstration lies.</summary>
/// <param name="Kind">What <c>--malicious-server</c> takes.</param>
/// <param name="Tries">What the server does, and what for: a sentence without its subject and its full stop.</param>
/// <param name="Code">With which code a party must refuse.</param>
/// <param name="By">Which kind of party must.</param>
/// <param name="Create">The lie, told under a training's terms to one party or to all.</param>
internal sealed record ServerLie(
    string Kind, string Tries, ViolationCode Code, PartyRole By, Func<TrainingTerms, ITampering> Create)
{
    // The plan's second hospital and second key holder.
    private const int Victim = 1;
    private const float Weight = 0.25f;

    /// <summary>All of them.</summary>
    internal static ImmutableArray<ServerLie> All { get; } =
    [
        new("other-kind",
            "has one hospital train and tells all others that the round evaluates, so that the sum would be the one's "
            + "update",
            ViolationCode.WrongTask, PartyRole.Client, _ => new OtherKindToOneClient(Victim, renames: true)),
        new("repeated-task",
            "has the first task done again without one hospital, on a model that differs in the last bit, so that the "
            + "difference of the two sums would be the one's contribution",
            ViolationCode.WrongModel, PartyRole.Client, _ => new RepeatedTask(Victim)),
        new("forged-final-model",
            "hands every hospital a final model of its own when training has ended",
            ViolationCode.WrongModel, PartyRole.Client,
            terms => new ForgedFinalModel(VersionValues.LengthFor(terms))),
        new("invented-model",
            "publishes models that have nothing to do with the sums",
            ViolationCode.WrongModel, PartyRole.Client, _ => new InventedVersions(Weight)),
        new("forged-start",
            "starts everybody on another model than the plan's terms say",
            ViolationCode.WrongModel, PartyRole.Client, _ => new ForgedStart(Weight)),
        new("other-sum",
            "hands one hospital a summed ciphertext that is not the sum of the contributions",
            ViolationCode.WrongSummedCiphertext, PartyRole.Client, _ => new OtherSumToOneClient(Victim)),
        new("old-model",
            "hands one hospital the first round's signed invitation, on the first model, in every later round",
            ViolationCode.WrongRound, PartyRole.Client, _ => new ReplayedInvitation(Victim)),
        new("forged-proposal",
            "asks one key holder to vote for a set of contributions under a signature that is not the server's",
            ViolationCode.BadSignature, PartyRole.KeyHolder, _ => new ForgedProposalToOneHolder(Victim)),
    ];

    /// <summary>One line for each.</summary>
    internal static IEnumerable<string> Lines =>
        All.Select(lie => $"{lie.Kind.PadRight(All.Max(other => other.Kind.Length))}  the server {lie.Tries}");

    /// <summary>Whether a lie has shown the server what one hospital contributed.</summary>
    internal static bool HasWon(ITampering told) =>
        told is OtherKindToOneClient { Learned.Count: > 0 } or RepeatedTask { Vector: not null };

    /// <summary>The lie of this kind.</summary>
    /// <exception cref="CliException">There is none: the message names those that there are.</exception>
    internal static ServerLie Of(string kind) => All.FirstOrDefault(lie => lie.Kind == kind)
        ?? throw new CliException(ExitCode.Usage, $"--malicious-server {kind} is no kind of lie",
            $"one of {string.Join(", ", All.Select(lie => lie.Kind))}; list says what they are", [.. Lines]);
}
