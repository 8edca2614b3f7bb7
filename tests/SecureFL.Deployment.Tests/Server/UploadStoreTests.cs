using Microsoft.Win32.SafeHandles;
using SecureFL.Server.Uploads;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>What is said to be durable is, whoever wrote it.</summary>
public sealed class UploadStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-uploads-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_flush_covers_chunks_that_an_earlier_process_wrote()
    {
        using (UploadStore earlier = new(_folder.FullName))
        {
            earlier.Write(3, 0, new byte[100]);
        }

        using Recorder store = new(_folder.FullName);
        store.Flush(3);
        store.Flush(4);
        Assert.Equal([(3, 100)], store.Flushed);
        store.Write(3, 1, new byte[100]);
        store.Flush(3);
        Assert.Equal([(3, 100), (3, 200)], store.Flushed);
    }

    private sealed class Recorder(string directory) : UploadStore(directory)
    {
        public List<(int Client, long Length)> Flushed { get; } = [];

        protected override void FlushFile(int client, SafeFileHandle file)
        {
            base.FlushFile(client, file);
            Flushed.Add((client, RandomAccess.GetLength(file)));
        }
    }
}
