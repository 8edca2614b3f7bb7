using Google.Protobuf;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Attacks;

/// <summary>
/// Hands one client a summed ciphertext that is not the sum: one more or less in its first word. Clients of the
/// one-time-key suite fetch sums only; where they fetch models, it is a weight.
/// </summary>
/// <param name="victim">The client.</param>
internal sealed class OtherSumToOneClient(int victim) : ITampering
{
    public T Say<T>(Party party, T honest)
        where T : class, IMessage<T>
    {
        if (party != Party.Client(victim) || honest is not ModelPart { Offset: 0, Data.IsEmpty: false } part)
        {
            return honest;
        }

        byte[] other = part.Data.ToByteArray();
        other[0] ^= 1;
        return (T)(object)new ModelPart(part) { Data = ByteString.CopyFrom(other) };
    }
}
