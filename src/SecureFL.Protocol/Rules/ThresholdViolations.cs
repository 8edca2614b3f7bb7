using SecureFL.Messages.Violations;
using SecureFL.Threshold;

namespace SecureFL.Protocol.Rules;

/// <summary>Gives a refusal of the layer below its sender and the specification's code.</summary>
internal static class ThresholdViolations
{
    public static ProtocolViolationException From(ThresholdViolationException refusal, Party offender)
    {
        ViolationCode code = refusal.Violation switch
        {
            ThresholdViolation.FieldLength => ViolationCode.OutOfRange,
            ThresholdViolation.WordOutOfRange => ViolationCode.OutOfRange,
            ThresholdViolation.Padding => ViolationCode.NonCanonical,
            ThresholdViolation.ShareMismatch => ViolationCode.InconsistentShare,
            ThresholdViolation.PublicKey => ViolationCode.BadPublicKey,
            ThresholdViolation.SealedMessage => ViolationCode.ShareNotDecryptable,
            _ => ViolationCode.OutOfRange,
        };
        return new ProtocolViolationException(code, offender, $"{refusal.Field}: {refusal.Expected}", refusal.Received);
    }
}
