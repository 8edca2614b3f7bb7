using System.Text.Json;
using SecureFL.Cli.Demo;
using SecureFL.Cli.Tests.Support;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Messages.Violations;
using SecureFL.Server.Attacks;
using SecureFL.Server.Rounds;
using SecureFL.Testing;

namespace SecureFL.Cli.Tests.Demo;

/// <summary><c>demo --malicious-server</c>: who notices which lie, and that a lie that works makes it fail.</summary>
public sealed class MaliciousDemoTests : IDisposable
{
    private static readonly string[] Hospitals = ["northfield", "lakeside", "saint-anna", "harbour-veterans"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-lies-");

    [Fact]
    public void A_start_that_is_not_the_terms_is_refused_before_anything_is_opened() =>
        RequireNoticed("forged-start", 214, Hospitals, openedRounds: 0);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("other-kind", 213, "northfield saint-anna harbour-veterans", 2)]
    [InlineData("repeated-task", 214, "northfield saint-anna harbour-veterans", 1)]
    [InlineData("forged-final-model", 214, "northfield lakeside saint-anna harbour-veterans", 15)]
    [InlineData("invented-model", 214, "northfield lakeside saint-anna harbour-veterans", 1)]
    [InlineData("other-sum", 513, "lakeside", 1)]
    [InlineData("old-model", 204, "lakeside", 1)]
    [InlineData("forged-proposal", 300, "university", 0)]
    public void A_lie_is_noticed(string kind, int code, string parties, int openedRounds) =>
        RequireNoticed(kind, code, parties.Split(' '), openedRounds);

    [Fact]
    public void Every_lie_is_tried_here()
    {
        string[] tried =
        [
            "forged-start",
            .. typeof(MaliciousDemoTests).GetMethod(nameof(A_lie_is_noticed))!.CustomAttributes
                .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
                .Select(attribute => (string)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)
                    attribute.ConstructorArguments[0].Value!)[0].Value!),
        ];
        Assert.Equal(ServerLie.All.Select(lie => lie.Kind).Order(), tried.Order());
    }

    /// <summary>Nobody notices a lie that is none: the demonstration says so, after the whole session.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_lie_that_nobody_notices_makes_it_fail()
    {
        ServerLie none = new("none", "does nothing", ViolationCode.WrongModel, PartyRole.Client, _ => ITampering.None);

        MaliciousOutcome outcome = await RunAsync(none);

        Assert.False(outcome.HasFailed);
        Assert.Null(outcome.Party);
        Assert.True(outcome is { OnlyAgreedOpened: true, TranscriptVerified: true, ModelTaken: true });
        string report = await File.ReadAllTextAsync(outcome.ReportPath, TestContext.Current.CancellationToken);
        Assert.Contains("noticed     BY NOBODY", report, StringComparison.Ordinal);
        Assert.Contains("THE LIE WAS NOT NOTICED AS IT SHOULD BE", report, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_lie_that_is_noticed_with_another_code_makes_it_fail()
    {
        ServerLie other = new("other", "begins elsewhere", ViolationCode.WrongTask, PartyRole.Client,
            _ => new ForgedStart(1));

        MaliciousOutcome outcome = await RunAsync(other);

        Assert.False(outcome.HasFailed);
        Assert.Equal((int)ViolationCode.WrongModel, outcome.Code);
        Assert.Contains("EXPECTED WAS 213 WrongTask",
            await File.ReadAllTextAsync(outcome.ReportPath, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_that_there_is_not_is_refused_with_those_that_there_are()
    {
        (int code, _, string error) = Securefl.Run("demo", "--malicious-server", "no-such");
        Assert.Equal(2, code);
        Assert.Contains("--malicious-server no-such is no kind of lie", error, StringComparison.Ordinal);
        Assert.All(ServerLie.All, lie => Assert.Contains(lie.Tries, error, StringComparison.Ordinal));
    }

    [Fact]
    public void The_help_names_all_kinds_and_list_says_what_they_are()
    {
        (int code, string help, _) = Securefl.Run("demo", "--help");
        Assert.Equal(0, code);
        Assert.Contains("--malicious-server", help, StringComparison.Ordinal);
        Assert.All(ServerLie.All, lie => Assert.Contains(lie.Kind, help, StringComparison.Ordinal));
        (code, string list, string error) = Securefl.Run("demo", "--malicious-server", "list");
        Assert.True(code == 0 && error.Length == 0, error);
        Assert.Equal([.. ServerLie.Lines], list.TrimEnd('\n').Split('\n'));
    }

    /// <summary>What a consortium runs has no lies.</summary>
    [Fact]
    public void A_server_takes_no_lie()
    {
        (int code, _, string error) = Securefl.Run("server", "--malicious-server", "forged-start");
        Assert.Equal(2, code);
        Assert.Contains("--malicious-server", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void RequireNoticed(string kind, int code, string[] parties, int openedRounds)
    {
        string json = Path.Combine(_folder.FullName, "lie.json");
        (int exit, string output, string error) = Securefl.Run(
            "demo", "--malicious-server", kind, "--json", json, "--output", Path.Combine(_folder.FullName, kind));
        Assert.True(exit == 0, output + error);
        JsonElement found = JsonDocument.Parse(File.ReadAllText(json)).RootElement;
        Assert.Equal(code, found.GetProperty("code").GetInt32());
        Assert.Contains(found.GetProperty("party").GetString(), parties);
        Assert.Equal(openedRounds, found.GetProperty("opened").GetArrayLength());
        Assert.All(found.GetProperty("opened").EnumerateArray(),
            round => Assert.InRange(round.GetProperty("hospitals").GetInt32(), 3, 4));
        Assert.True(found.GetProperty("transcriptVerified").GetBoolean());
        Assert.Equal(output,
            File.ReadAllText(found.GetProperty("reportPath").GetString()!).ReplaceLineEndings("\n"));
        Assert.Contains($"code        {code} ", output, StringComparison.Ordinal);
        Assert.Empty(Processes.Naming(_folder.FullName));
    }

    private Task<MaliciousOutcome> RunAsync(ServerLie lie) =>
        new MaliciousDemo(lie, Directory.CreateDirectory(Path.Combine(_folder.FullName, lie.Kind)), new SumSettings())
            .RunAsync(TestContext.Current.CancellationToken);
}
