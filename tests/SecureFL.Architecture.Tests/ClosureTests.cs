using System.Xml.Linq;

namespace SecureFL.Architecture.Tests;

/// <summary>What comes along with a package, by its references and theirs.</summary>
public sealed class ClosureTests
{
    private static readonly string[] Databases = ["Microsoft.Data.Sqlite", "SQLitePCLRaw"];

    /// <summary>A hospital carries no database.</summary>
    [Theory]
    [InlineData("SecureFL.Client")]
    [InlineData("SecureFL.KeyHolder")]
    public void A_party_needs_no_database(string project) =>
        Assert.DoesNotContain(Closure(project), name => Databases.Any(
            database => name.StartsWith(database, StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public void The_scan_sees_the_servers_database() =>
        Assert.Contains(Closure("SecureFL.Cli"), name => name.StartsWith(Databases[0], StringComparison.Ordinal));

    /// <summary>Nor a web server.</summary>
    [Theory]
    [InlineData("SecureFL.Client")]
    [InlineData("SecureFL.KeyHolder")]
    public void A_party_needs_no_web_server(string project) =>
        Assert.DoesNotContain(Closure(project), name => name.Contains("AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void The_scan_sees_the_servers_web_server() =>
        Assert.Contains("Microsoft.AspNetCore.App", Closure("SecureFL.Server"));

    /// <summary>Names of all packages, frameworks and projects that a project of src brings along.</summary>
    private static HashSet<string> Closure(string project)
    {
        HashSet<string> found = [];
        Queue<string> open = new([project]);
        while (open.TryDequeue(out string? next))
        {
            XDocument document = XDocument.Parse(Repository.Read($"src/{next}/{next}.csproj"));
            foreach (XElement reference in document.Descendants())
            {
                string name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")?.Value ?? "");
                switch (reference.Name.LocalName)
                {
                    case "ProjectReference" when found.Add(name):
                        open.Enqueue(name);
                        break;
                    case "PackageReference" or "FrameworkReference":
                        found.Add(reference.Attribute("Include")!.Value);
                        break;
                    default:
                        break;
                }
            }
        }

        return found;
    }
}
