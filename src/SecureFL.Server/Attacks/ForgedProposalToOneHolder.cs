using SecureFL.Messages.Wire;
using SecureFL.Server.Rounds;

namespace SecureFL.Server.Attacks;

/// <summary>Asks one key holder to vote for a set under a signature that is not the server's.</summary>
internal sealed class ForgedProposalToOneHolder(int victim) : ITampering
{
    public ReadOnlyMemory<byte> Ask(int holder, ReadOnlyMemory<byte> honest)
    {
        if (holder != victim || (MessageType)honest.Span[0] != MessageType.CertificateProposal)
        {
            return honest;
        }

        byte[] forged = honest.ToArray();
        forged[^1] ^= 1;
        return forged;
    }
}
