using System.Collections.Immutable;

namespace SecureFL.Consortium.Parties;

/// <summary>
/// A party cannot begin, or go on, with what it was given. <see cref="Exception.InnerException"/> is the fault of a
/// file, a call or a message where there is one.
/// </summary>
public sealed class PartyException : Exception
{
    internal PartyException(PartyRefusal code, string message, string hint, Exception? inner = null,
        params ImmutableArray<string> options)
        : base(message, inner)
    {
        Code = code;
        Hint = hint;
        Options = options;
    }

    /// <summary>What keeps it from going on.</summary>
    public PartyRefusal Code { get; }

    /// <summary>What a person can do about it.</summary>
    public string Hint { get; }

    /// <summary>The members of <see cref="ConsortiumPartyOptions"/> that the hint is about.</summary>
    internal ImmutableArray<string> Options { get; }
}
