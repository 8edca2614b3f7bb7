using System.Buffers.Binary;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>One client is handed another file for a sum: it refuses it, and contributes nothing more.</summary>
public sealed class ForgedSumTests
{
    private const int Victim = 1;

    public static TheoryData<string, ViolationCode> Forgeries => new()
    {
        { "other words", ViolationCode.WrongSummedCiphertext },
        { "words of the round before", ViolationCode.WrongSummedCiphertext },
        { "evidence of the version before", ViolationCode.BrokenModelChain },
        { "the file of the version before", ViolationCode.BrokenModelChain },
        { "the end cut off", ViolationCode.OutOfRange },
        { "ciphertexts cut off", ViolationCode.Truncated },
        { "ciphertexts and evidence apart", ViolationCode.TrailingBytes },
        { "another byte in a release", ViolationCode.BadSignature },
        { "a length beyond the file", ViolationCode.OutOfRange },
        { "nothing", ViolationCode.Oversized },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public Task Another_sum_is_refused_by_the_client_with_its_code(string forgery, ViolationCode code) =>
        RefuseAsync(forgery, code, jointKey: null);

    /// <summary>Behind the sum of c0 a chunk has the sum of the partial decryptions.</summary>
    [Theory]
    [InlineData("other words", ViolationCode.WrongSummedCiphertext)]
    [InlineData("words of the round before", ViolationCode.WrongSummedCiphertext)]
    [InlineData("other partial decryptions", ViolationCode.WrongPartialDecryption)]
    [InlineData("ciphertexts and evidence apart", ViolationCode.TrailingBytes)]
    public Task Another_sum_under_a_joint_key_is_refused_by_the_client_with_its_code(string forgery,
        ViolationCode code) => RefuseAsync(forgery, code, new JointKeyRequest(3, 2, 100));

    private static async Task RefuseAsync(string forgery, ViolationCode code, JointKeyRequest? jointKey)
    {
        int partials = 0;
        ForgedSum attack = new(Victim, (before, honest) => Forge(forgery, before, honest, partials));
        await using MaliciousServer server = new(attack, TestSession.Terms(rounds: 3), jointKey);
        partials = SummedChunkPacking.Bytes(server.Plan.Parameters, server.Plan.Settings.Threshold);

        await server.RunAsync();

        Assert.Equal([new Refusal(Party.Client(Victim), code)], server.Refusals);
        Assert.Equal([0UL, 1UL], server.Clients[Victim].Promised);
        Assert.Null(server.Delivered[Victim]);
    }

    private static byte[] Forge(string forgery, byte[] before, byte[] honest, int partials)
    {
        int ciphertexts = CiphertextsOf(honest);
        byte[] forged = [.. honest];
        switch (forgery)
        {
            case "other words":
                forged[8] ^= 1;
                return forged;
            case "other partial decryptions":
                forged[ciphertexts - partials + 8] ^= 1;
                return forged;
            case "words of the round before":
                return [.. before[..CiphertextsOf(before)], .. honest[ciphertexts..]];
            case "evidence of the version before":
                return [.. honest[..ciphertexts], .. before[CiphertextsOf(before)..]];
            case "the file of the version before":
                return before;
            case "the end cut off":
                return honest[..^100];
            case "ciphertexts cut off":
                return honest[(ciphertexts - 1)..];
            case "ciphertexts and evidence apart":
                return [.. honest[..ciphertexts], 0, .. honest[ciphertexts..]];
            case "another byte in a release":
                // The last thing before the length is the last release's signature, and the new version's.
                forged[^(sizeof(int) + 300)] ^= 1;
                return forged;
            case "a length beyond the file":
                BinaryPrimitives.WriteInt32LittleEndian(forged.AsSpan(forged.Length - sizeof(int)), int.MaxValue);
                return forged;
            case "nothing":
                return [];
            default:
                throw new ArgumentOutOfRangeException(nameof(forgery), forgery, "unknown");
        }
    }

    private static int CiphertextsOf(byte[] file) => file.Length - sizeof(int)
        - BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - sizeof(int)));
}
