using System.Buffers.Binary;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Reference;
using SecureFL.Spec.Tests.Operations;

namespace SecureFL.Spec.Tests;

/// <summary>
/// The machine-readable table of messages against everything that must agree with it: section 8, the types in the
/// code, the bytes of all vectors, and what parsers refuse at each of its fields.
/// </summary>
public sealed class MessageTableTests
{
    private const string Accept = "SECUREFL_ACCEPT_MESSAGES";
    private const string Begin = "<!-- from messages.json -->\n";
    private const string End = "\n<!-- to here -->";
    private static readonly string Root = Path.GetFullPath(Path.Combine(VectorFile.Directory, "..", ".."));
    private static readonly MessageTable Table = MessageTable.Read(Path.Combine(Root, "messages.json"));

    // Handed over by streams, as parts of uploads and sums: vectors of other kinds have their bytes.
    private static readonly string[] InOtherVectors =
    [
        "Plan", "PublicKeyShare", "SealedKeyShare", "JointPublicKeyMessage", "ListedCiphertext", "SummedCiphertext",
        "PartialDecryptionChunk",
    ];

    public static TheoryData<string> Vectors => [.. VectorTests.Names.Select(name => name.Data)
        .Where(name => VectorFile.Load(name).Operation == "messages")];

    [Fact]
    public void Section_8_has_the_table()
    {
        string path = Path.Combine(Root, "08-wire-format.md");
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(path, text[..begin] + Table.ToMarkdown() + text[end..]);
        }
        else
        {
            Assert.True(text[begin..end] == Table.ToMarkdown(),
                $"section 8.2 is not printed from messages.json; a run of this test with {Accept}=1 does it");
        }
    }

    [Fact]
    public void The_code_has_the_types_of_the_table() => Assert.Equal(
        Enum.GetValues<MessageType>().Select(type => ((int)type, type.ToString())),
        Table.Messages.Select(message => (message.Type, message.Name)));

    [Fact]
    public void Every_message_has_bytes_in_a_vector()
    {
        IEnumerable<string> there = Vectors.SelectMany(name => VectorFile.Load(name.Data).Objects("messages"))
            .Select(message => message.Text("type"));
        Assert.Empty(Table.Messages.Select(message => message.Name).Except(there).Except(InOtherVectors));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Bytes_are_what_the_table_says(string vector) => ForEach(vector, (message, plan, places) =>
    {
        int at = 0;
        foreach (FieldPlace place in places)
        {
            Assert.Equal(at, place.Offset);
            at += place.Length;
        }

        Assert.NotNull(plan);
        Assert.Equal(message.Bytes("bytes").Length, at);
    });

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_message_that_is_cut_at_any_field_is_refused(string vector) => ForEach(vector,
        (message, plan, places) =>
    {
        byte[] bytes = message.Bytes("bytes");
        foreach (FieldPlace place in places)
        {
            Refused(ViolationCode.Truncated, message, plan, bytes[..place.Offset], place);
            Refused(ViolationCode.Truncated, message, plan, bytes[..(place.Offset + place.Length - 1)], place);
        }

        Refused(ViolationCode.TrailingBytes, message, plan, [.. bytes, 0], places[^1]);
    });

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_field_with_one_meaning_is_refused_with_another(string vector) => ForEach(vector,
        (message, plan, places) =>
    {
        foreach (FieldPlace place in places)
        {
            ViolationCode? due = place.As switch
            {
                "type" => ViolationCode.WrongMessageType,
                "version" => ViolationCode.WrongVersion,
                "suite" => ViolationCode.WrongSuite,
                "plan" => ViolationCode.WrongPlan,
                "session" => ViolationCode.WrongSession,
                "flag" => ViolationCode.NonCanonical,
                "count" or "length" => ViolationCode.Oversized,
                "u32" when IsOfAParty(place.Path) => ViolationCode.NotEnrolled,
                _ => null,
            };
            if (due is { } code)
            {
                byte[] bytes = message.Bytes("bytes");
                Span<byte> field = bytes.AsSpan(place.Offset, place.Length);
                if (place.Length == sizeof(int))
                {
                    BinaryPrimitives.WriteUInt32BigEndian(field, uint.MaxValue);
                }
                else
                {
                    field[^1] ^= 0x80;
                }

                Refused(code, message, plan, bytes, place);
            }
        }
    });

    private static bool IsOfAParty(string path) =>
        path.Split('/')[^1] is "holder" or "client" or "subject" or "dealer" or "recipient";

    private static void ForEach(string vector, Action<VectorFile, AggregationPlan, IReadOnlyList<FieldPlace>> check)
    {
        VectorFile file = VectorFile.Load(vector);
        AggregationPlan plan = AggregationPlan.Parse(file.Bytes("plan"));
        TableReader reader = new(Table, (int)plan.Limits.Suite, LengthsUnder(plan.Limits.Sizes));
        foreach (VectorFile message in file.Objects("messages"))
        {
            check(message, plan, reader.Read(message.Text("type"), message.Bytes("bytes")));
        }
    }

    private static Dictionary<string, int> LengthsUnder(SuiteSizes sizes) => new()
    {
        ["entryKey"] = sizes.EntryKeyBytes,
        ["chunk"] = sizes.ChunkBytes,
        ["proof"] = sizes.ProofBytes,
        ["share"] = sizes.ShareBytes,
        ["linearDigest"] = sizes.LinearDigestBytes,
        ["answer"] = sizes.AnswerBytes,
        ["sealingKey"] = 65,
        ["publicKey"] = sizes.JointKey?.PublicKeyBytes ?? 0,
        ["polynomial"] = sizes.JointKey?.PolynomialBytes ?? 0,
        ["sealedShare"] = sizes.JointKey?.SealedShareBytes ?? 0,
        ["dealingProof"] = sizes.JointKey?.DealingProofBytes ?? 0,
    };

    private static void Refused(ViolationCode code, VectorFile message, AggregationPlan plan, byte[] bytes,
        FieldPlace place)
    {
        ViolationCode found = ViolationCode.None;
        try
        {
            MessageOperations.ParseAs(message.Text("type"), bytes, plan);
        }
        catch (ProtocolViolationException refusal)
        {
            found = refusal.Code;
        }

        Assert.True(found == code, $"{place.Path} ({place.As}) at {place.Offset}: {found}, the specification says {code}");
    }
}
