using System.Diagnostics.CodeAnalysis;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Rounds;

namespace SecureFL.Protocol.Suites.JointKey;

/// <summary>What the roles can do in the joint-key suite alone.</summary>
[SuppressMessage("Naming", "CA1708", Justification = "extension blocks are told apart by what they extend")]
public static class JointKeyRoles
{
    private const string OtherSuite = "the plan's suite has no joint key";

    extension(AggregationClient client)
    {
        /// <summary>The joint key that contributions are encrypted under; null before one was taken, and in other
        /// suites.</summary>
        public JointKeyEpoch? KeyEpoch => (client.Suite as JointKeyClient)?.KeyEpoch;

        /// <summary>Takes the joint key that rounds are under: every key holder must have confirmed it.</summary>
        /// <exception cref="ProtocolViolationException">A confirmation is missing or forged, or another
        /// key.</exception>
        /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
        public void HandleKeyEpoch(KeyEpochRecord record, JointPublicKeyMessage publicKey)
        {
            ArgumentNullException.ThrowIfNull(record);
            Half(client).Handle(record, publicKey);
        }

        /// <summary>Takes a joint key that was checked already.</summary>
        /// <exception cref="ProtocolViolationException">A key of another plan.</exception>
        /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
        public void HandleKeyEpoch(JointKeyEpoch epoch)
        {
            ArgumentNullException.ThrowIfNull(epoch);
            Half(client).Handle(epoch);
        }
    }

    extension(AggregationServer server)
    {
        /// <summary>Summed ciphertexts and partial decryptions of the round.</summary>
        /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
        public JointKeyServer JointKey =>
            server.Suite as JointKeyServer ?? throw new InvalidOperationException(OtherSuite);
    }

    extension(KeyHolder holder)
    {
        /// <summary>Key generation and decryption.</summary>
        /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
        public JointKeyHolder JointKey => (holder.Suite as JointKeyHalf)?.Holder
            ?? throw new InvalidOperationException(OtherSuite);
    }

    private static JointKeyClient Half(AggregationClient client) =>
        client.Suite as JointKeyClient ?? throw new InvalidOperationException(OtherSuite);
}
