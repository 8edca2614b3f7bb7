using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Changes some messages to one party, and remembers what was sent and what was opened.</summary>
/// <param name="victim">Who is lied to; null for nobody.</param>
/// <param name="change">The message that it gets, from the honest one, which stays as it is, and how many of its kind
/// it got before; null for the honest one.</param>
internal sealed class OneFlip(Party? victim, Func<IMessage, int, IMessage?> change) : ITampering
{
    private readonly ConcurrentDictionary<(Party Party, string Message), int> _said = [];
    private readonly ConcurrentDictionary<ulong, (float[] Sum, long[] Counters)> _opened = [];
    private int _flipped;

    /// <summary>Messages that were changed.</summary>
    public int Flipped => _flipped;

    /// <summary>Messages by party and kind.</summary>
    public IReadOnlyDictionary<(Party Party, string Message), int> Said => _said;

    /// <summary>The sums that the server has.</summary>
    public IReadOnlyDictionary<ulong, (float[] Sum, long[] Counters)> Opened => _opened;

    /// <summary>Tells everybody what is so.</summary>
    public static OneFlip Nothing() => new(null, (_, _) => null);

    /// <summary>Changes one field of all messages of a kind, or of those that are meant.</summary>
    /// <param name="victim">Who is lied to.</param>
    /// <param name="field">Message and field, as in the contract: <c>RoundState.round</c>.</param>
    /// <param name="bit">The bit of a number or of the field's bytes, which is flipped; a text gets a letter.</param>
    /// <param name="when">Which messages, by what they say and how many came before.</param>
    public static OneFlip Of(Party victim, string field, int bit, Func<IMessage, int, bool>? when = null) =>
        new(victim, (honest, before) =>
        {
            string[] path = field.Split('.');
            return honest.Descriptor.Name == path[0] && when?.Invoke(honest, before) != false
                ? WithFlippedBit(honest, path[1], bit) : null;
        });

    /// <summary>The message with another byte where its encoding stays one; null where it does not.</summary>
    /// <param name="honest">The message.</param>
    /// <param name="position">The byte's position, modulo the message's length.</param>
    /// <param name="mask">What is flipped in it.</param>
    public static IMessage? WithFlippedByte(IMessage honest, int position, byte mask)
    {
        byte[] encoded = honest.ToByteArray();
        encoded[position % encoded.Length] ^= mask;
        try
        {
            return honest.Descriptor.Parser.ParseFrom(encoded);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Whether a party is the victim, or one of all key holders, who have no index.</summary>
    public static bool Concerns(Party victim, Party party) => party == victim || party with { Index = -1 } == victim;

    public T Say<T>(Party party, T honest)
        where T : class, IMessage<T>
    {
        int before = _said.AddOrUpdate((party, honest.Descriptor.Name), 1, (_, known) => known + 1) - 1;
        if (victim is not Party one || !Concerns(one, party) || change(honest, before) is not T changed)
        {
            return honest;
        }

        Interlocked.Increment(ref _flipped);
        return changed;
    }

    void ITampering.Opened(ulong round, float[] sum, long[] counters) => _opened[round] = ([.. sum], [.. counters]);

    private static IMessage WithFlippedBit(IMessage honest, string name, int bit)
    {
        IMessage changed = honest.Descriptor.Parser.ParseFrom(honest.ToByteArray());
        FieldDescriptor field = honest.Descriptor.FindFieldByName(name)
            ?? throw new ArgumentException($"{honest.Descriptor.Name} has no field {name}", nameof(name));
        object value = field.Accessor.GetValue(changed);
        field.Accessor.SetValue(changed, value switch
        {
            bool said => !said,
            int number => number ^ (1 << bit),
            uint number => number ^ (1U << bit),
            long number => number ^ (1L << bit),
            ulong number => number ^ (1UL << bit),
            string text => text + "!",
            ByteString bytes => WithFlippedBit(bytes, bit),
            Enum number => Enum.ToObject(number.GetType(), Convert.ToInt32(number, null) ^ (1 << bit)),
            _ => throw new NotSupportedException($"{field.FullName} is {value.GetType().Name}"),
        });
        return changed;
    }

    private static ByteString WithFlippedBit(ByteString bytes, int bit)
    {
        byte[] changed = bytes.IsEmpty ? new byte[32] : bytes.ToByteArray();
        changed[bit / 8 % changed.Length] ^= (byte)(1 << (bit % 8));
        return ByteString.CopyFrom(changed);
    }
}
