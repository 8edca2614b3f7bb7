using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Parties;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Formats;

namespace SecureFL.Client.Questions;

/// <summary>
/// Keeps a data set from answering to two plans what it answers to one, unless people have approved that. Within a plan
/// the plan's own journal decides.
/// </summary>
internal sealed class QuestionGuard
{
    // Members of the client's options, which know this folder.
    private const string NameOption = "DataSet";
    private const string AcceptOption = "AcceptRepeated";
    private const string Folder = "answered";
    private const int LongestName = 64;
    private const int MostNamed = 4;
    private readonly DataSetJournal _journal;
    private readonly string _dataSet;
    private readonly Digest _plan;
    private readonly ImmutableArray<QuestionKind> _accepted;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HashSet<Digest> _warned = [];

    /// <param name="identity">The folder of the hospital's identity, which all its plans share.</param>
    /// <param name="dataSet">What its people call the rows.</param>
    /// <param name="plan">The plan that asks.</param>
    /// <param name="accepted">Kinds of questions that may be answered again.</param>
    /// <param name="logger">Told of what is answered again.</param>
    /// <param name="clock">The time of records; the system's by default.</param>
    /// <exception cref="PartyException">The name is none, or the folder cannot be made.</exception>
    internal QuestionGuard(string identity, string dataSet, Digest plan, ImmutableArray<QuestionKind> accepted,
        ILogger logger, TimeProvider? clock = null)
    {
        if (string.IsNullOrEmpty(dataSet) || dataSet.Length > LongestName
            || !dataSet.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new PartyException(PartyRefusal.Options, $"'{dataSet}' is no name of a data set",
                $"give letters, digits, hyphens and underscores, at most {LongestName}",
                options: NameOption);
        }

        _dataSet = dataSet;
        _plan = plan;
        _accepted = accepted;
        _logger = logger;
        _clock = clock ?? TimeProvider.System;
        _journal = OfJournal(() =>
        {
            string folder = Path.Combine(Path.GetFullPath(identity), Folder);
            OwnerOnly.CreateDirectory(folder);

            // File systems that do not tell case apart would mix two names' files.
            return new DataSetJournal(Path.Combine(folder, $"{dataSet.ToLowerInvariant()}.sfl"));
        });
    }

    /// <summary>Whether people have approved that such questions are answered again.</summary>
    internal bool Accepts(QuestionKind kind) => _accepted.Contains(kind);

    /// <summary>One vector, and a second sum of the same plan that asks for it.</summary>
    internal static PartyException RefusedAgain(ulong former, ulong round) => new(PartyRefusal.RepeatedQuestion,
        $"round {round} would get the vector that this client made its contribution to round {former} from, and "
        + $"nothing proves that round {former} will never open, whatever the server says of it; a server that leaves "
        + "one site out of one of the two sums can subtract them, and has that site's vector",
        $"look at what round {former} became and who is in its sum; once your people know why the same vector goes "
        + "into another one, approve this plan for repeated questions of sum",
        inner: null, AcceptOption);

    /// <summary>Refuses questions that another plan had answered, before anything is computed.</summary>
    /// <exception cref="PartyException">One was, and nobody approved that; or the journal cannot be used.</exception>
    internal void Require(IReadOnlyList<DataQuestion> questions) => Judge(questions,
        OfJournal(() => _journal.AnsweredElsewhere(_plan, [.. questions.Select(question => question.Key)])));

    /// <summary>The same, and what is not refused is recorded durably: before the first byte of the answer
    /// leaves.</summary>
    /// <exception cref="PartyException">As <see cref="Require"/>.</exception>
    internal void Claim(IReadOnlyList<DataQuestion> questions)
    {
        HashSet<Digest> repeatable = [.. questions.Where(IsAccepted).Select(question => question.Key)];
        Judge(questions, OfJournal(() => _journal.Claim(_plan, [.. questions.Select(question => question.Key)],
            repeatable.Contains, _clock.GetUtcNow())));
    }

    private bool IsAccepted(DataQuestion question) => Accepts(question.Kind);

    private void Judge(IReadOnlyList<DataQuestion> questions, IReadOnlyList<DataSetAnswer> former)
    {
        ILookup<Digest, DataQuestion> known = questions.ToLookup(question => question.Key);
        foreach (IGrouping<Digest, DataSetAnswer> plan in former.GroupBy(answer => answer.Plan))
        {
            DataQuestion[] repeated = [.. plan.Select(answer => known[answer.Question].First())];
            string words = AggregationPlan.SpokenFormOf(plan.Key);
            DataQuestion[] refused = [.. repeated.Where(question => !IsAccepted(question))];
            if (refused.Length > 0)
            {
                throw Refused(refused, plan.Key, plan.Min(answer => answer.When), words);
            }

            DataQuestion[] news = [.. repeated.Where(question => _warned.Add(question.Key))];
            if (news.Length > 0)
            {
                ClientLog.AnsweredAgain(_logger, ListOf(news), plan.Key.ToShortString(), words);
            }
        }
    }

    private PartyException Refused(DataQuestion[] questions, Digest plan, DateTimeOffset when, string words)
    {
        IEnumerable<string> kinds = questions.Select(question => question.Kind).Distinct().Order()
            .Select(kind => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()));
        string date = when.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return new PartyException(PartyRefusal.RepeatedQuestion,
            $"this plan asks what the data set '{_dataSet}' answered on {date} under plan {plan.ToShortString()} "
            + $"({words}): {ListOf(questions)}; a server that leaves one site out of one of the two sums can subtract "
            + "them, and has that site's part",
            "a second try is an ordinary case, and people decide on it: once yours know why it is asked again and "
            + $"which sites are in both plans, approve this plan for repeated questions of "
            + $"{string.Join(" and ", kinds)}; if the rows are others than then, give them a name of their own",
            inner: null, AcceptOption, NameOption);
    }

    private static string ListOf(DataQuestion[] questions)
    {
        string named = string.Join(", ", questions.Take(MostNamed).Select(question => question.Words));
        return questions.Length <= MostNamed ? named : $"{named} and {questions.Length - MostNamed} more";
    }

    private static T OfJournal<T>(Func<T> work) => PartyFaults.OfFiles(PartyRefusal.StateFolder,
        "the journal of what the rows answered, in the identity's folder, must be writable and whole: check that the "
        + "disk has room, and restore the machine, not the file", nameof(ConsortiumPartyOptions.IdentityFolder), work);
}
