using SecureFL.Storage.Secrets;

namespace SecureFL.Storage.Tests;

/// <summary>Shares of joint keys on disk: owner only, whole or not at all, erased by overwriting.</summary>
public sealed class FileSecretStoreTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("securefl-shares-");

    [Fact]
    public void A_share_survives_its_process_and_is_readable_by_its_owner_alone()
    {
        byte[] share = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];
        FileSecretStore.OfKeyShares(_directory.FullName).Save(3, share);
        FileSecretStore again = FileSecretStore.OfKeyShares(_directory.FullName);
        byte[] loaded = new byte[share.Length];

        Assert.Equal([3UL], again.Numbers);
        Assert.True(again.TryLoad(3, loaded));
        Assert.Equal(share, loaded);
        Assert.False(again.TryLoad(3, new byte[share.Length - 1]));
        Assert.False(again.TryLoad(2, loaded));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(_directory.GetFiles().Single().FullName));
        }
    }

    [Fact]
    public void An_erased_share_is_gone_and_a_draft_is_destroyed_at_the_next_start()
    {
        FileSecretStore store = FileSecretStore.OfKeyShares(_directory.FullName);
        store.Save(0, new byte[100]);
        store.Save(1, new byte[100]);
        store.Erase(0);
        Assert.Equal([1UL], store.Numbers);
        string draft = Path.Combine(_directory.FullName, "epoch-00000000000000000002.key.new");
        File.WriteAllBytes(draft, new byte[100]);

        Assert.Equal([1UL], FileSecretStore.OfKeyShares(_directory.FullName).Numbers);
        Assert.False(File.Exists(draft));
    }

    [Fact]
    public void A_draft_of_another_store_in_the_directory_is_left_alone()
    {
        string draft = Path.Combine(_directory.FullName, "round-00000000000000000002.key.new");
        File.WriteAllBytes(draft, new byte[32]);
        _ = FileSecretStore.OfKeyShares(_directory.FullName);
        Assert.True(File.Exists(draft));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
