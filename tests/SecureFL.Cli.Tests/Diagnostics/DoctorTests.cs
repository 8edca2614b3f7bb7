using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SecureFL.Cli.Tests.Identities;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Diagnostics;

public sealed class DoctorTests(ConsortiumFolder consortium) : IClassFixture<ConsortiumFolder>
{
    [Fact]
    public void A_sound_party_passes_and_what_is_wrong_fails_with_code_6()
    {
        string plan = consortium.At("doctor-plan.json");
        ConsortiumFolder.Must(consortium.PlanArguments(plan, "--vector", "1000", "--clip", "8"));
        ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board"));
        string state = consortium.At("doctor-state");
        Directory.CreateDirectory(state);
        string[] arguments = ["doctor", "--identity", consortium.At("b"), "--plan", plan, "--state", state];
        (int exit, string output, string error) = Securefl.Run(arguments);
        Assert.True(exit == 0, output + error);
        string[] checks = ["program", "processor", "settings", "identity", "certificate", "revocations",
            "plan", "disk"];
        Assert.Equal(checks, output.TrimEnd().Split('\n').Select(line => line[6..20].Trim()));
        Assert.Matches("(?m)^warn  plan          .*not approved.* - hint: securefl plan approve", output);
        Assert.Matches("(?m)^ok    certificate   until ....-..-.., 39[67] days$", output);

        string words = ConsortiumFolder.Must("plan", "digest", plan).Trim().Split('\n')[1];
        ConsortiumFolder.Must("plan", "approve", plan, "--state", state, "--accept", words);
        string json = consortium.At("doctor.json");
        (exit, output, _) = Securefl.Run([.. arguments, "--json", json]);
        Assert.Equal(0, exit);
        Assert.Matches("(?m)^ok    plan          .*approved$", output);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(8, document.RootElement.GetProperty("checks").GetArrayLength());

        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        (exit, output, _) = Securefl.Run(
            [.. arguments, "--listen", $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"]);
        Assert.Equal(6, exit);
        Assert.Matches("(?m)^fail  port          .* - hint: ", output);

        // A port that nobody listens on any more.
        taken.Stop();
        (exit, output, _) = Securefl.Run(
            [.. arguments, "--server", $"https://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"]);
        Assert.Equal(6, exit);
        Assert.Matches("(?m)^fail  server        ", output);
        Assert.Matches("(?m)^warn  clock         not compared", output);
    }

    [Fact]
    public void What_a_configuration_says_is_checked_rows_included()
    {
        string plan = consortium.At("rows-plan.json");
        ConsortiumFolder.Must(
            consortium.PlanArguments(plan, "--schema-from", consortium.At("a.csv"), "--label", "ill"));
        ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board"));
        string config = consortium.At("rows-config.json");
        string rows = consortium.At("rows.csv");
        File.Copy(consortium.At("a.csv"), rows);
        Write("client", $$"""{ "identity": "{{consortium.At("b")}}", "plan": "{{plan}}", "data": "{{rows}}", "decimal": "." }""");
        (int exit, string output, string error) = Securefl.Run("doctor", "--config", config);
        Assert.True(exit == 0, output + error);
        Assert.Matches("(?m)^ok    settings      .*rows-config.json of a client: data, decimal, identity, plan$",
            output);
        Assert.Matches(
            "(?m)^ok    data          .*rows.csv: [0-9]+ training and [0-9]+ test rows of 5 features, as in the plan$",
            output);

        string[] lines = File.ReadAllLines(rows);
        File.WriteAllLines(rows,
            lines.Select((line, i) => i == 0 ? line : "old" + line[line.IndexOf(',', StringComparison.Ordinal)..]));
        (exit, output, _) = Securefl.Run("doctor", "--config", config);
        Assert.Equal(6, exit);
        Assert.Matches("(?m)^fail  data          .*column age: 'old' is not a number", output);
        File.Delete(rows);
        (exit, output, _) = Securefl.Run("doctor", "--config", config);
        Assert.Equal(6, exit);
        Assert.Matches("(?m)^fail  data          .*rows.csv.* - hint: check the path", output);

        // What only a client has is no setting of a server, whatever doctor can check.
        Write("server", """{ "listen": ["127.0.0.1:0"], "data": "a.csv" }""");
        (exit, _, error) = Securefl.Run("doctor", "--config", config);
        Assert.Equal(2, exit);
        Assert.Contains("no command of a server has a setting data", error, StringComparison.Ordinal);

        void Write(string role, string settings) =>
            File.WriteAllText(config, $$"""{ "format": "securefl-configuration", "version": 1, "role": "{{role}}", "settings": {{settings}} }""");
    }

    [Fact]
    public void Another_partys_plan_a_missing_folder_and_an_open_key_are_found()
    {
        string plan = consortium.At("three.json");
        ConsortiumFolder.Must(
            "plan", "new", "--authority", consortium.At("board"), "--server", consortium.At("aggregator"), "--client",
            consortium.At("a"), consortium.At("b"), consortium.At("c"),
            "--key-holder", consortium.At("x"), consortium.At("y"), consortium.At("z"), "--vector", "10", "--clip", "8",
            "--output", plan);
        ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board"));
        (int exit, string output, _) =
            Securefl.Run("doctor", "--identity", consortium.At("d"), "--plan", plan, "--state",
                consortium.At("missing"));
        Assert.Equal(6, exit);
        Assert.Contains("does not enrol client d", output, StringComparison.Ordinal);
        Assert.Matches("(?m)^fail  disk          there is no folder", output);
        if (!OperatingSystem.IsWindows())
        {
            string key = consortium.At("d", "tls.key");
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            (exit, output, _) = Securefl.Run("doctor", "--identity", consortium.At("d"));
            Assert.Equal(6, exit);
            Assert.Matches("(?m)^fail  identity      .*open to others", output);
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
