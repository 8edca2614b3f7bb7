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
        string[] checks = ["program", "processor", "identity", "certificate", "revocations", "plan", "disk"];
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
        Assert.Equal(7, document.RootElement.GetProperty("checks").GetArrayLength());

        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        (exit, output, _) = Securefl.Run([.. arguments, "--listen", $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"]);
        Assert.Equal(6, exit);
        Assert.Matches("(?m)^fail  port          .* - hint: ", output);

        // A port that nobody listens on any more.
        taken.Stop();
        (exit, output, _) = Securefl.Run([.. arguments, "--server", $"https://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"]);
        Assert.Equal(6, exit);
        Assert.Matches("(?m)^fail  server        ", output);
        Assert.Matches("(?m)^warn  clock         not compared", output);
    }

    [Fact]
    public void Another_partys_plan_a_missing_folder_and_an_open_key_are_found()
    {
        string plan = consortium.At("three.json");
        ConsortiumFolder.Must(
            "plan", "new", "--authority", consortium.At("board"), "--server", consortium.At("aggregator"), "--client", consortium.At("a"), consortium.At("b"), consortium.At("c"),
            "--key-holder", consortium.At("x"), consortium.At("y"), consortium.At("z"), "--vector", "10", "--clip", "8", "--output", plan);
        ConsortiumFolder.Must("plan", "sign", plan, "--identity", consortium.At("board"));
        (int exit, string output, _) = Securefl.Run("doctor", "--identity", consortium.At("d"), "--plan", plan, "--state", consortium.At("missing"));
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
