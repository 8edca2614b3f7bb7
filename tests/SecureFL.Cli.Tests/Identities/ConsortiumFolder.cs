using System.Globalization;
using System.Text;
using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Identities;

/// <summary>
/// A consortium made by the commands that its people type: authority, server, board, four clients, three key holders,
/// one hospital's table.
/// </summary>
public sealed class ConsortiumFolder : IDisposable
{
    public ConsortiumFolder()
    {
        Must("identity", "ca", "--consortium", "heart", "--output", At("ca"));
        string[] parties = ["operator board", "server aggregator", "client a", "client b", "client c", "client d",
            "key-holder x", "key-holder y", "key-holder z"];
        foreach (string[] party in parties.Select(party => party.Split(' ')))
        {
            string words = Must("identity", "new", "--consortium", "heart", "--role", party[0], "--name", party[1],
                "--output", At(party[1])).Trim();
            string issued = At($"{party[1]}-issued.json");
            Must("identity", "issue", At(party[1], "request.json"), "--ca", At("ca"), "--accept", words,
                "--output", issued);
            Must("identity", "import", issued, "--identity", At(party[1]));
        }

        StringBuilder csv = new("age,pain,chol,ill\n");
        for (int i = 0; i < 80; i++)
        {
            csv.Append(CultureInfo.InvariantCulture,
                $"{30 + (i * 7 % 50)},{(i % 3 == 0 ? "typical" : "none")},{150 + (i * 13 % 120)},{(i * 7 % 50 > 25 ? 1 : 0)}\n");
        }

        File.WriteAllText(At("a.csv"), csv.ToString());
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("securefl-consortium").FullName;

    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    public string[] PlanArguments(string output, params string[] more) =>
    [
        "plan", "new", "--authority", At("board"), "--server", At("aggregator"), "--client", At("a"), At("b"), At("c"),
        At("d"), "--key-holder", At("x"), At("y"), At("z"),
        "--output", output, .. more,
    ];

    internal static string Must(params string[] arguments)
    {
        (int exit, string output, string error) = Securefl.Run(arguments);
        Assert.True(exit == 0, $"securefl {string.Join(' ', arguments)}: {error}");
        return output;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
