using System.Collections.Concurrent;
using Google.Protobuf;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Planning;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Sessions of one update and an evaluation, and what an honest one comes to in either suite.</summary>
public sealed class FlippedSessions
{
    private const int AtOnce = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(1.5);
    private readonly Lock _lock = new();
    private readonly Task<HonestRun>?[] _honest = new Task<HonestRun>?[2];

    /// <summary>Runs some sessions at a time: they wait more than they work.</summary>
    internal static async Task AtOnceAsync<T>(IEnumerable<T> cases, Func<T, Task> run)
    {
        ConcurrentQueue<string> failures = [];
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            try
            {
                await run(one);
            }
            catch (Exception fault)
            {
                failures.Enqueue($"{one}: {fault}");
            }
        });
        Assert.Empty(failures);
    }

    /// <summary>Lies to one party, and requires that it comes to no harm and ends as expected.</summary>
    internal async Task RequireAsync(Party victim, OneFlip flip, bool jointKey, params Ending[] expected)
    {
        HonestRun honest = await HonestAsync(jointKey);
        TimeSpan patience = expected.Contains(Ending.StoodStill) ? ShortPatience : Patience;
        Ending ending = await honest.RequireHarmlessAsync(flip => Start(flip, jointKey, patience), flip, victim);
        Assert.True(flip.Flipped > 0, "nothing was said");
        Assert.Contains(ending, expected);
    }

    /// <summary>
    /// Flips bytes by a generator: of a party, a kind of message and one of its occurrences, each as likely as the
    /// others. A state that is wrong may leave a client waiting for another; nothing else may.
    /// </summary>
    /// <returns>How many of the flips came to be said.</returns>
    internal async Task<int> FlipAtRandomAsync(int seed, int flips, bool jointKey, Action<string> say)
    {
        HonestRun honest = await HonestAsync(jointKey);
        Random random = new(seed);
        var kinds = honest.Said.Keys.Where(kind => kind.Party == Party.Client(1) || kind.Party == Party.KeyHolder(1))
            .OrderBy(kind => $"{kind}", StringComparer.Ordinal).ToArray();
        int said = 0;
        var drawn = Enumerable.Range(0, flips).Select(_ => kinds[random.Next(kinds.Length)])
            .Select(kind => (Kind: kind, Occurrence: random.Next(honest.Said[kind]), Bytes: random.Next())).ToArray();
        await AtOnceAsync(drawn, async draw =>
        {
            ((Party victim, string kind), int occurrence, int bytes) = draw;
            string what = $"{kind} {occurrence} to {victim}";
            OneFlip flip = new(victim, (message, before) =>
            {
                Random position = new(bytes);
                IMessage? changed = null;
                for (int tries = 0; tries < 50 && message.Descriptor.Name == kind && before == occurrence
                    && changed is null; tries++)
                {
                    int at = position.Next();
                    byte mask = (byte)position.Next(1, 256);
                    changed = OneFlip.WithFlippedByte(message, at, mask);
                    what = $"{kind} {occurrence} to {victim}: byte {at % message.CalculateSize()} ^ {mask}";
                }

                return changed;
            });
            bool mayWait = kind is nameof(RoundState) or nameof(UploadState);
            Ending ending;
            try
            {
                ending = await honest.RequireHarmlessAsync(
                    flip => Start(flip, jointKey, mayWait ? ShortPatience : Patience), flip, victim);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"{what}: {fault.Message}", fault);
            }

            say($"{what}: {(flip.Flipped > 0 ? ending : "not said")}");
            Assert.True(mayWait || ending != Ending.StoodStill, $"{what}: the session stood still");
            Interlocked.Add(ref said, flip.Flipped);
        });
        return said;
    }

    private Task<HonestRun> HonestAsync(bool jointKey)
    {
        lock (_lock)
        {
            return _honest[jointKey ? 1 : 0] ??= HonestRun.OfAsync(flip => Start(flip, jointKey, Patience));
        }
    }

    private static MaliciousServer Start(ITampering attack, bool jointKey, TimeSpan patience) => new(attack,
        TestSession.Terms(rounds: 1) with { Rounds = new RoundPolicy { OpeningGraceSeconds = 0.05 } },
        jointKey ? new JointKeyRequest(3, 2, 100) : null)
    { Patience = patience };
}
