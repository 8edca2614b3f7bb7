using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;

namespace SecureFL.Messages.Rounds;

/// <summary>
/// A link of the model chain, signed by the server. Each version is a deterministic function of the one before and the
/// opened sum; its hash is the version's digest, and the newest one is the head that a round stands on.
/// </summary>
public sealed class ModelVersion : SignedMessage
{
    private ModelVersion(RoundContext context, ulong number, Digest previous, Digest sum, Digest model)
    {
        Context = context;
        Number = number;
        Previous = previous;
        Sum = sum;
        Model = model;
    }

    /// <summary>Plan, session, and the round whose sum made this version (round 0 for the first version).</summary>
    public RoundContext Context { get; }

    /// <summary>Position in the chain, from 0.</summary>
    public ulong Number { get; }

    /// <summary>Hash of the version before; all zero for the first.</summary>
    public Digest Previous { get; }

    /// <summary>Digest of the opened sum; all zero for the first.</summary>
    public Digest Sum { get; }

    /// <summary>Digest of the model itself, as the application defines it.</summary>
    public Digest Model { get; }

    /// <inheritdoc/>
    public override MessageType Type => MessageType.ModelVersion;

    /// <inheritdoc/>
    public override Party Signer => Party.Server;

    /// <summary>The first version.</summary>
    public static ModelVersion CreateFirst(MessageLimits limits, Digest model, SigningIdentity server)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(server);
        return new ModelVersion(limits.Context(0), 0, default, default, model).SignedBy(server);
    }

    /// <summary>The version after <paramref name="previous"/>, made by the sum of <paramref name="round"/>.</summary>
    public static ModelVersion CreateNext(ModelVersion previous, RoundContext round, Digest sum, Digest model,
        SigningIdentity server)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(server);
        return new ModelVersion(round, previous.Number + 1, previous.Hash, sum, model).SignedBy(server);
    }

    /// <summary>Parses within the plan's limits; the signature is checked where the message is used.</summary>
    /// <exception cref="ProtocolViolationException">Malformed or of another context.</exception>
    public static ModelVersion Parse(ReadOnlySpan<byte> bytes, MessageLimits limits)
    {
        CanonicalReader reader = MessageFields.Open(bytes, MessageType.ModelVersion, Party.Server);
        ModelVersion version = Read(ref reader, limits);
        reader.End();
        return version;
    }

    internal static ModelVersion Read(ref CanonicalReader reader, MessageLimits limits)
    {
        ModelVersion version = new(
            RoundContext.Read(ref reader, limits), reader.UInt64("number"), reader.Digest("previous"),
            reader.Digest("sum"), reader.Digest("model"));
        version.ReadSignature(ref reader);
        return version;
    }

    private protected override void WriteFields(CanonicalWriter writer)
    {
        Context.Write(writer);
        writer.UInt64(Number);
        writer.Digest(Previous);
        writer.Digest(Sum);
        writer.Digest(Model);
    }

    private ModelVersion SignedBy(SigningIdentity server)
    {
        SignWith(server);
        return this;
    }
}
