using System.Reflection;
using System.Runtime.CompilerServices;
using PublicApiGenerator;
using SecureFL.Client;
using SecureFL.KeyHolder;
using SecureFL.Learning.Rounds;
using SecureFL.Local;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;

namespace SecureFL.Deployment.Tests.PublicApi;

/// <summary>
/// What others build on, in a file for each library: a change of it is seen in a review, and told in the changelog.
/// With <c>SECUREFL_ACCEPT_API=1</c> in the environment the test writes the files anew.
/// </summary>
public sealed class PublicApiTests
{
    private const string Accept = "SECUREFL_ACCEPT_API";

    private static readonly Assembly[] Libraries =
    [
        typeof(FederationClient).Assembly, typeof(KeyHolderHost).Assembly, typeof(LocalConsortium).Assembly,
        typeof(AggregationPlan).Assembly, typeof(RoundOpening).Assembly, typeof(ISecureSum).Assembly,
    ];

    public static TheoryData<string> Names => [.. Libraries.Select(library => library.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_public_interface_is_the_one_that_is_written_down(string name)
    {
        string[] now = Libraries.Single(library => library.GetName().Name == name)
            .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
            .ReplaceLineEndings("\n").Split('\n');
        string path = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(path, string.Join('\n', now));
        }

        string[] written = File.ReadAllText(path).ReplaceLineEndings("\n").Split('\n');
        string[] changes =
            [.. written.Except(now).Select(line => $"- {line}"), .. now.Except(written).Select(line => $"+ {line}")];
        Assert.True(now.SequenceEqual(written),
            $"{name} has changed; if that is meant, run this test with {Accept}=1 and tell it in CHANGELOG.md:\n"
            + string.Join('\n', changes.Take(40)));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
