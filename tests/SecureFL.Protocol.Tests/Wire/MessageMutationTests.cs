using FsCheck;
using FsCheck.Fluent;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Tests.Wire;

/// <summary>
/// Canonical encoding: round trips are identities, and a mutation of any byte, hence of any field, is refused by
/// whoever receives it.
/// </summary>
public sealed class MessageMutationTests
{
    private const int Exhaustive = 1500;

    public static TheoryData<MessageType> AllTypes => [.. MessageZoo.AllTypes];

    /// <summary>All but a request to a key holder: it decides nothing, so nothing in it is bound.</summary>
    public static TheoryData<MessageType> BoundTypes =>
        [.. MessageZoo.AllTypes.Where(type => type != MessageType.HolderRequest)];

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Parsing_and_encoding_is_the_identity(MessageType type)
    {
        using MessageZoo zoo = new();
        byte[] encoded = zoo.Encode(type);
        zoo.Consume(type, zoo.Encode(type));
        Assert.Equal(encoded, zoo.Recode(type, encoded));
    }

    /// <summary>
    /// Every byte of the first and last 750, and 500 further positions of long messages (fixed seed): one random bit
    /// each.
    /// </summary>
    [Theory]
    [MemberData(nameof(BoundTypes))]
    public void A_flipped_bit_anywhere_is_refused(MessageType type)
    {
        using MessageZoo zoo = new();
        byte[] encoded = zoo.Encode(type);
        Random random = new(1);
        IEnumerable<int> positions = encoded.Length <= Exhaustive
            ? Enumerable.Range(0, encoded.Length)
            : [.. Enumerable.Range(0, Exhaustive / 2),
                .. Enumerable.Range(encoded.Length - (Exhaustive / 2), Exhaustive / 2),
                .. Enumerable.Range(0, 500).Select(_ => random.Next(encoded.Length))];
        foreach (int position in positions)
        {
            byte[] mutated = [.. encoded];
            mutated[position] ^= (byte)(1 << random.Next(8));
            Exception? refusal = Record.Exception(() => zoo.Consume(type, mutated));
            Assert.True(refusal is ProtocolViolationException,
                $"byte {position} of {encoded.Length}: {refusal?.ToString() ?? "accepted"}");
        }
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Truncated_and_extended_messages_are_refused(MessageType type)
    {
        using MessageZoo zoo = new();
        byte[] encoded = zoo.Encode(type);
        foreach (int length in Enumerable.Range(0, encoded.Length)
            .Where(i => i < 300 || i > encoded.Length - 100 || i % 997 == 0))
        {
            ProtocolViolationException refusal =
                Assert.Throws<ProtocolViolationException>(() => zoo.Recode(type, encoded[..length]));
            Assert.Equal(ViolationCode.Truncated, refusal.Code);
        }

        ProtocolViolationException trailing =
            Assert.Throws<ProtocolViolationException>(() => zoo.Recode(type, [.. encoded, 0]));
        Assert.Equal(ViolationCode.TrailingBytes, trailing.Code);
    }

    /// <summary>
    /// Splices of one message into another, repeated, swapped and overwritten runs: nothing but a typed refusal comes
    /// of them.
    /// </summary>
    [Fact]
    public void Random_surgery_is_refused_or_parses_to_the_same_bytes()
    {
        using MessageZoo zoo = new();
        MessageType[] types = MessageZoo.AllTypes;
        Gen<(int Type, int Donor, int At, int From, int Length)> cuts =
            from type in Gen.Choose(0, types.Length - 1)
            from donor in Gen.Choose(0, types.Length - 1)
            from at in Gen.Choose(0, 400)
            from start in Gen.Choose(0, 400)
            from length in Gen.Choose(1, 64)
            select (type, donor, at, start, length);
        Prop.ForAll(cuts.ToArbitrary(), cut =>
        {
            byte[] encoded = zoo.Encode(types[cut.Type]);
            byte[] donor = zoo.Encode(types[cut.Donor]);
            int at = cut.At % encoded.Length;
            int from = cut.From % donor.Length;
            int length = Math.Min(cut.Length, Math.Min(donor.Length - from, encoded.Length - at));
            byte[] mutated = [.. encoded];
            donor.AsSpan(from, length).CopyTo(mutated.AsSpan(at));
            try
            {
                return zoo.Recode(types[cut.Type], mutated).AsSpan().SequenceEqual(mutated);
            }
            catch (ProtocolViolationException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay(1, 1));
    }
}
