using System.Text.Json.Nodes;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Formats;
using SecureFL.Transport.Identity;

namespace SecureFL.Consortium.Plans;

/// <summary>A plan file says something else than the plan in it, or its signature does not hold.</summary>
/// <param name="message">What differs.</param>
public sealed class PlanMismatchException(string message) : Exception(message);

/// <summary>
/// <c>plan.json</c>: the plan with every field spelled out, the terms of training, and the plan's own bytes, unsigned
/// (a draft) or signed. On loading, the readable fields are recomputed from the bytes, and any difference is refused:
/// nobody approves a text that says something else than what is signed. Immutable and thread-safe.
/// </summary>
public sealed class PlanFile
{
    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Longest file: 2^16 enrolled clients and the longest terms fit.</summary>
    public const int MaxBytes = 64 << 20;

    private PlanFile(string consortium, string serverName, PlanSettings settings, TrainingTerms? terms, SumTerms? sums,
        AggregationPlan? plan)
    {
        Consortium = consortium;
        ServerName = serverName;
        Settings = settings;
        Terms = terms;
        Sums = sums;
        Plan = plan;
        Digest = plan?.Digest ?? AggregationPlan.DigestOf(settings);
    }

    /// <summary>The consortium that the parties' certificates name.</summary>
    public string Consortium { get; }

    /// <summary>The name in the server's certificate.</summary>
    public string ServerName { get; }

    /// <summary>All fields of the plan.</summary>
    public PlanSettings Settings { get; }

    /// <summary>The terms of training; null for plain sums.</summary>
    public TrainingTerms? Terms { get; }

    /// <summary>
    /// What is summed and how, in a plan of plain sums; null for a training, and for plain sums whose parties agreed on
    /// nothing more.
    /// </summary>
    public SumTerms? Sums { get; }

    /// <summary>The signed plan; null for a draft.</summary>
    public AggregationPlan? Plan { get; }

    /// <summary>The plan's digest, which signing does not change.</summary>
    public Digest Digest { get; }

    /// <summary>The digest in words, for people to compare.</summary>
    public string SpokenForm => AggregationPlan.SpokenFormOf(Digest);

    /// <summary>The terms as they travel: their canonical bytes, empty for plain sums.</summary>
    public byte[] TermsBytes => Terms?.ToBytes() ?? Sums?.ToBytes() ?? [];

    /// <summary>A draft. Terms are put into the settings.</summary>
    /// <exception cref="ArgumentException">The settings break a rule of the plan, or do not fit the terms.</exception>
    public static PlanFile Draft(string consortium, string serverName, PlanSettings settings, TrainingTerms? terms,
        SumTerms? sums = null)
    {
        RequireNames(consortium, serverName);
        ArgumentNullException.ThrowIfNull(settings);
        if (terms is not null && sums is not null)
        {
            throw new ArgumentException("a plan is of a training or of plain sums, not of both");
        }

        terms?.Check();
        sums?.Check();
        settings = settings with { Terms = terms?.Digest ?? sums?.Digest ?? default };
        terms?.CheckFits(settings);
        sums?.CheckFits(settings);
        return new PlanFile(consortium, serverName, settings, terms, sums, plan: null);
    }

    /// <summary>
    /// A signed plan that came from the server, with the terms' canonical bytes: both are checked against each other.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A malformed plan, a broken rule or a bad signature.</exception>
    /// <exception cref="FormatException">Malformed terms.</exception>
    /// <exception cref="PlanMismatchException">Terms that the plan does not hold.</exception>
    public static PlanFile FromMessages(string consortium, string serverName, ReadOnlySpan<byte> plan,
        ReadOnlySpan<byte> terms)
    {
        RequireNames(consortium, serverName);
        AggregationPlan signed = AggregationPlan.Parse(plan);
        (TrainingTerms? training, SumTerms? sums) = terms.IsEmpty ? default : ReadTerms(terms);
        return Whole(consortium, serverName, signed.Settings, training, sums, signed);
    }

    /// <summary>The same plan, signed.</summary>
    /// <exception cref="ArgumentException">The identity is not the plan's authority.</exception>
    public PlanFile Sign(SigningIdentity authority) =>
        new(Consortium, ServerName, Settings, Terms, Sums, AggregationPlan.Sign(Settings, authority));

    /// <summary>The signed plan.</summary>
    /// <exception cref="PlanMismatchException">A draft.</exception>
    public AggregationPlan RequireSigned() =>
        Plan ?? throw new PlanMismatchException("the plan is a draft that nobody has signed yet");

    /// <summary>Loads a file.</summary>
    /// <exception cref="FormatException">Not a plan file.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    /// <exception cref="PlanMismatchException">Readable fields that differ from the plan's bytes, or a signature that
    /// does not hold.</exception>
    public static PlanFile Load(string path) => Parse(WholeFile.Read(path, MaxBytes), path);

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Save(string path) => WholeFile.Write(path, ToBytes());

    /// <summary>The file's content.</summary>
    public byte[] ToBytes()
    {
        JsonObject document = new()
        {
            ["format"] = "securefl-plan",
            ["version"] = CurrentVersion,
            ["consortium"] = Consortium,
            ["serverName"] = ServerName,
            ["digest"] = Digest.ToString(),
            ["spoken"] = SpokenForm,
            ["plan"] = PlanView.Of(Settings, Terms is not null),
            ["terms"] = TermsBytes is { Length: > 0 } terms ? JsonNode.Parse(terms) : null,
            [Plan is null ? "unsignedPlan" : "signedPlan"] =
                Convert.ToBase64String(Plan?.Encode() ?? AggregationPlan.EncodeUnsigned(Settings)),
        };
        return DeploymentJson.WriteIndented(document);
    }

    /// <summary>Reads a file's content; <paramref name="source"/> is the name used in messages.</summary>
    /// <exception cref="FormatException">Not a plan file.</exception>
    /// <exception cref="NewerVersionException">A newer version.</exception>
    /// <exception cref="PlanMismatchException">Readable fields that differ from the plan's bytes, or a signature that
    /// does not hold.</exception>
    public static PlanFile Parse(ReadOnlySpan<byte> utf8, string source)
    {
        JsonObject document = DeploymentJson.ParseVersioned(utf8, source, CurrentVersion);
        if (Text(document, "format", source) != "securefl-plan")
        {
            throw new FormatException($"{source} is not a plan file");
        }

        string consortium = Text(document, "consortium", source);
        string serverName = Text(document, "serverName", source);
        try
        {
            RequireNames(consortium, serverName);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"{source}: {FaultText.Of(fault)}", fault);
        }

        (TrainingTerms? terms, SumTerms? sums) = document["terms"] is JsonNode node
            ? ReadTerms(node, $"{source}: terms")
            : default;
        bool signed = document.ContainsKey("signedPlan");
        byte[] bytes = Bytes(document, signed ? "signedPlan" : "unsignedPlan", source);
        PlanFile file;
        try
        {
            AggregationPlan? plan = signed ? AggregationPlan.Parse(bytes) : null;
            file = Whole(consortium, serverName, plan?.Settings ?? AggregationPlan.ParseUnsigned(bytes), terms,
                sums, plan);
        }
        catch (ProtocolViolationException fault)
        {
            throw new PlanMismatchException($"{source}: the plan in it is refused: {FaultText.Of(fault)}");
        }
        catch (PlanMismatchException fault)
        {
            throw new PlanMismatchException($"{source}: {FaultText.Of(fault)}");
        }

        JsonObject due = JsonNode.Parse(file.ToBytes())!.AsObject();
        return PlanView.Difference(document, due, "plan.json") is string difference
            ? throw new PlanMismatchException($"{source} was changed after it was written: {difference}")
            : file;
    }

    private static void RequireNames(string consortium, string serverName)
    {
        if (!PeerIdentity.IsConsortium(consortium))
        {
            throw new ArgumentException(
                $"the consortium's name is 1 to {PeerIdentity.MaxConsortiumLength} of a-z, 0-9, point and hyphen, "
                + $"not {PrintableText.Name(consortium)}");
        }

        PrintableText.RequireName(serverName, "the server's name", PeerIdentity.MaxNameBytes);
    }

    private static PlanFile Whole(string consortium, string serverName, PlanSettings settings, TrainingTerms? terms,
        SumTerms? sums, AggregationPlan? plan)
    {
        if (terms is null && sums is null)
        {
            return settings.Terms == default
                ? new PlanFile(consortium, serverName, settings, null, null, plan)
                : throw new PlanMismatchException(
                    $"the plan holds terms {settings.Terms.ToShortString()}, none are there");
        }

        try
        {
            terms?.CheckFits(settings);
            sums?.CheckFits(settings);
            return new PlanFile(consortium, serverName, settings, terms, sums, plan);
        }
        catch (ArgumentException fault)
        {
            throw new PlanMismatchException(FaultText.Of(fault));
        }
    }

    // What lies in a file may be laid out anew; what comes over the network is canonical.
    private static (TrainingTerms? Training, SumTerms? Sums) ReadTerms(JsonNode node, string what)
    {
        return IsOfSums(node)
            ? (null,
                SumTerms.Checked(DeploymentJson.BindVersioned<SumTerms>(node, what, SumTerms.CurrentVersion), what))
            : (TrainingTerms.Checked(
                DeploymentJson.BindVersioned<TrainingTerms>(node, what, TrainingTerms.CurrentVersion), what), null);
    }

    private static (TrainingTerms? Training, SumTerms? Sums) ReadTerms(ReadOnlySpan<byte> canonical)
    {
        JsonObject document = DeploymentJson.ParseVersioned(canonical, "terms", int.MaxValue);
        return IsOfSums(document) ? (null, SumTerms.Parse(canonical)) : (TrainingTerms.Parse(canonical), null);
    }

    private static bool IsOfSums(JsonNode node) => node is JsonObject terms && terms.ContainsKey("kind");

    private static string Text(JsonObject document, string name, string source) =>
        document[name] is JsonValue value && value.TryGetValue(out string? text) && text.Length is > 0 and <= 1024
            ? text
            : throw new FormatException($"{source}: {name} is missing or no text of at most 1024 characters");

    private static byte[] Bytes(JsonObject document, string name, string source)
    {
        try
        {
            return document[name] is JsonValue value && value.TryGetValue(out string? text)
                ? Convert.FromBase64String(text) : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new FormatException($"{source}: {name} is missing or not base64");
        }
    }
}
