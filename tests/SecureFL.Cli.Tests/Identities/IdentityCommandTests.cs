using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Identities;

public sealed class IdentityCommandTests(ConsortiumFolder consortium) : IClassFixture<ConsortiumFolder>
{
    private const string Words = "[a-z]{5}(-[a-z]{5}){11}";

    [Fact]
    public void Show_tells_role_name_words_and_certificate()
    {
        string shown = ConsortiumFolder.Must("identity", "show", consortium.At("a"));
        Assert.Matches(
            $"^party         client a of heart\nwords         {Words}\nfingerprint   [0-9a-f]{{64}}\nsigning key   "
            + $"[A-Za-z0-9+/=]{{88}}\ncertificate   [0-9a-f]{{32}}, ....-..-.. to ....-..-.., by O=heart, CN=.*\n$",
            shown);
        string request = ConsortiumFolder.Must("identity", "show", consortium.At("a", "request.json"));
        Assert.Contains("certificate   none yet", request, StringComparison.Ordinal);
        Assert.Equal(shown.Split('\n')[1], request.Split('\n')[1]);
    }

    [Fact]
    public void New_prints_the_words_and_nothing_else_to_standard_output()
    {
        string folder = consortium.At("fresh");
        (int exit, string output, string error) =
            Securefl.Run("identity", "new", "--consortium", "heart", "--role", "client", "--name", "fresh",
                "--output", folder);
        Assert.Equal(0, exit);
        Assert.Matches($"^{Words}\n$", output);
        Assert.Contains("request.json", error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", output + error, StringComparison.Ordinal);
        Refused(2, "holds an identity already", "identity", "new", "--consortium", "heart", "--role", "client",
            "--name", "fresh", "--output", folder);
    }

    [Fact]
    public void Nothing_is_issued_without_the_words()
    {
        string folder = consortium.At("nobody");
        ConsortiumFolder.Must("identity", "new", "--consortium", "heart", "--role", "client", "--name", "nobody",
            "--output", folder);
        string output = consortium.At("nobody-issued.json");
        Refused(2, "nobody is there to compare", "identity", "issue", folder, "--ca", consortium.At("ca"),
            "--output", output);
        Refused(5, "is not", "identity", "issue", folder, "--ca", consortium.At("ca"), "--accept", "babab-babab",
            "--output", output);
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void A_second_party_of_one_name_is_refused()
    {
        string folder = consortium.At("second-a");
        string words = ConsortiumFolder.Must("identity", "new", "--consortium", "heart", "--role", "client", "--name",
            "a", "--output", folder).Trim();
        Refused(2, "has a certificate for another key", "identity", "issue", folder, "--ca", consortium.At("ca"),
            "--accept", words);
    }

    [Fact]
    public void Revocation_reaches_a_partys_folder()
    {
        string list = ConsortiumFolder.Must("identity", "revoke", "--ca", consortium.At("ca"), "--role", "client",
            "--name", "d").Trim();
        Assert.Equal(consortium.At("ca", "ca.crl"), list);
        ConsortiumFolder.Must("identity", "import", "--revocations", list, "--identity", consortium.At("aggregator"));
        Assert.Equal(File.ReadAllText(list), File.ReadAllText(consortium.At("aggregator", "ca.crl")));
        Refused(2, "is left to revoke", "identity", "revoke", "--ca", consortium.At("ca"), "--role", "client",
            "--name", "d");
        ConsortiumFolder.Must("identity", "revoke", "--ca", consortium.At("ca"), "--renew");
    }

    [Theory]
    [InlineData("ca")]
    [InlineData("new")]
    [InlineData("issue")]
    [InlineData("import")]
    [InlineData("show")]
    [InlineData("revoke")]
    public void Every_help_teaches_by_examples(string command)
    {
        string help = ConsortiumFolder.Must("identity", command, "--help");
        Assert.Matches($"Examples:\n(.*\n)*  +securefl identity {command} ", help);
    }

    [Fact]
    public void Wrong_roles_and_hosts_are_usage_errors()
    {
        Refused(2, "--host is for servers", "identity", "new", "--consortium", "heart", "--role", "client", "--name",
            "h", "--host", "h.example", "--output", consortium.At("h"));
        Refused(2, "consortium's name", "identity", "new", "--consortium", "Heart!", "--role", "client", "--name", "h",
            "--output", consortium.At("h"));
        Refused(2, "give issued.json", "identity", "import", "--identity", consortium.At("a"));
    }

    private static void Refused(int code, string message, params string[] arguments)
    {
        (int exit, _, string error) = Securefl.Run(arguments);
        Assert.True(exit == code && error.Contains(message, StringComparison.Ordinal)
            && error.Contains("hint: ", StringComparison.Ordinal), $"{exit}: {error}");
    }
}
