namespace SecureFL.Aggregation;

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

    /// <summary>Reads a context and refuses one that is not of <paramref name="plan"/>.</summary>
    internal static RoundContext Read(ref CanonicalReader reader, AggregationPlan plan)
    {
        byte suite = reader.Byte("suite");
        if (suite != (byte)plan.Settings.Suite)
        {
            throw reader.Refuse(ViolationCode.WrongSuite, "suite", $"{(byte)plan.Settings.Suite}", suite);
        }

        Digest digest = reader.Digest("plan");
        if (digest != plan.Digest)
        {
            throw reader.Refuse(ViolationCode.WrongPlan, "plan", plan.Digest.ToString(), digest);
        }

        SessionId session = new(reader.Fixed(SessionId.Size, "session"));
        if (session != plan.Session)
        {
            throw reader.Refuse(ViolationCode.WrongSession, "session", plan.Session.ToString(), session);
        }

        ulong round = reader.UInt64("round");
        return round < (ulong)plan.Settings.Rounds
            ? new RoundContext(plan.Settings.Suite, digest, session, round)
            : throw reader.Refuse(ViolationCode.WrongRound, "round", $"0 to {plan.Settings.Rounds - 1}", round);
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
