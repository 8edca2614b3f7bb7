using SecureFL.Cli.Shell;
using SecureFL.Cli.Trainers;

namespace SecureFL.Cli.Tests.Trainers;

public class CommandTextTests
{
    [Fact]
    public void Commands_are_words_with_quotes()
    {
        Assert.Equal(["python3", "train.py"], CommandText.Split("  python3 train.py "));
        Assert.Equal(["a b", "c", "", "d'e"], CommandText.Split("\"a b\" c '' \"d'e\""));
        Assert.Throws<CliException>(() => CommandText.Split("a 'b"));
        Assert.Throws<CliException>(() => CommandText.Split(" "));
    }
}
