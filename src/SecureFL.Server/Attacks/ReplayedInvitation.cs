using SecureFL.Messages.Rounds;
using SecureFL.Server.Rounds;

namespace SecureFL.Server.Attacks;

/// <summary>Hands one client the invitation of its first round in every later one.</summary>
internal sealed class ReplayedInvitation(int victim) : ITampering
{
    private RoundInvitation? _first;

    public RoundInvitation Invite(int client, RoundInvitation honest) =>
        client == victim ? _first ??= honest : honest;
}
