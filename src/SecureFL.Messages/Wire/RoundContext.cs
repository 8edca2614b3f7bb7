using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;

namespace SecureFL.Messages.Wire;

/// <summary>What every message of a round is about; it stands at the front of all of them.</summary>
/// <param name="Suite">The plan's suite.</param>
/// <param name="Plan">The plan's digest.</param>
/// <param name="Session">The plan's session.</param>
/// <param name="Round">The round, from 0.</param>
public readonly record struct RoundContext(Suite Suite, Digest Plan, SessionId Session, ulong Round)
{
    internal void Write(CanonicalWriter writer)
    {
        writer.Byte((byte)Suite);
        writer.Digest(Plan);
        writer.Fixed(Session.ToArray());
        writer.UInt64(Round);
    }

    /// <summary>Reads a context and refuses one that is not of <paramref name="limits"/>.</summary>
    internal static RoundContext Read(ref CanonicalReader reader, MessageLimits limits)
    {
        byte suite = reader.Byte("suite");
        if (suite != (byte)limits.Suite)
        {
            throw reader.Refuse(ViolationCode.WrongSuite, "suite", $"{(byte)limits.Suite}", suite);
        }

        Digest digest = reader.Digest("plan");
        if (digest != limits.Plan)
        {
            throw reader.Refuse(ViolationCode.WrongPlan, "plan", limits.Plan.ToString(), digest);
        }

        SessionId session = new(reader.Fixed(SessionId.Size, "session"));
        if (session != limits.Session)
        {
            throw reader.Refuse(ViolationCode.WrongSession, "session", limits.Session.ToString(), session);
        }

        ulong round = reader.UInt64("round");
        return round < (ulong)limits.Rounds
            ? new RoundContext(limits.Suite, digest, session, round)
            : throw reader.Refuse(ViolationCode.WrongRound, "round", $"0 to {limits.Rounds - 1}", round);
    }

    internal static void ReadTypeAndVersion(ref CanonicalReader reader, MessageType type)
    {
        byte found = reader.Byte("type");
        if (found != (byte)type)
        {
            throw reader.Refuse(ViolationCode.WrongMessageType, "type", $"{(int)type} ({type})", found);
        }

        byte version = reader.Byte("version");
        if (version != ProtocolLimits.Version)
        {
            throw reader.Refuse(ViolationCode.WrongVersion, "version", $"{ProtocolLimits.Version}", version);
        }
    }

    internal void Require(RoundContext other, Party sender)
    {
        if (other != this)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, sender, $"round {Round}",
                $"round {other.Round}");
        }
    }
}
