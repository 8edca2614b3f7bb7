using SecureFL.Storage.Devices;

namespace SecureFL.Storage.Tests;

/// <summary>The power fails.</summary>
internal sealed class PowerFailure : Exception
{
}

/// <summary>
/// A disk that fails at a chosen operation and forgets, like a real one, any part of what was not flushed: writes tear
/// at any byte and lose any sector, names that were not flushed with their directory may be the old or the new ones.
/// </summary>
internal sealed class SimulatedDisk : IFileDevice
{
    private const int Sector = 512;
    private readonly Dictionary<string, Inode> _names = [];
    private readonly Dictionary<string, Inode> _durableNames = [];
    private int _failAt = int.MaxValue;
    private Random _random = new(0);

    public int Operations { get; private set; }

    /// <summary>Bytes that one file may have: a disk that is full beyond.</summary>
    public int Capacity { get; set; } = int.MaxValue;

    /// <summary>
    /// Fails the operation with this number, counted from now; whether and how far it still took effect depends on the
    /// seed.
    /// </summary>
    public void FailAt(int operation, int seed)
    {
        Operations = 0;
        _failAt = operation;
        _random = new Random(seed);
    }

    /// <summary>After a failure: what the medium holds.</summary>
    public void Reboot()
    {
        _failAt = int.MaxValue;
        foreach (string name in _names.Keys.Union(_durableNames.Keys).ToArray())
        {
            Inode? now = _names.GetValueOrDefault(name);
            Inode? then = _durableNames.GetValueOrDefault(name);
            Inode? kept = now != then && _random.Next(2) == 0 ? then : now;
            Set(_names, name, kept);
            Set(_durableNames, name, kept);
        }

        foreach (Inode inode in _names.Values.Distinct())
        {
            inode.Tear(_random);
        }
    }

    public bool Exists(string path) => _names.ContainsKey(path);

    public byte[] Read(string path) => [.. _names[path].Content];

    public IReadOnlyList<string> List(string directory) =>
        [.. _names.Keys.Where(name => Path.GetDirectoryName(name) == directory)];

    public IDeviceFile Create(string path)
    {
        Step(() => _names[path] = new Inode());
        return new Handle(this, _names[path]);
    }

    public IDeviceFile OpenExclusive(string path) => new Handle(this, _names[path]);

    public void Rename(string from, string to) => Step(() =>
    {
        _names[to] = _names[from];
        _names.Remove(from);
    });

    public void Delete(string path) => Step(() => _names.Remove(path));

    public void FlushDirectory(string directory) => Step(() =>
    {
        foreach (string name in _names.Keys.Union(_durableNames.Keys)
            .Where(name => Path.GetDirectoryName(name) == directory).ToArray())
        {
            Set(_durableNames, name, _names.GetValueOrDefault(name));
        }
    });

    private static void Set(Dictionary<string, Inode> names, string name, Inode? inode)
    {
        if (inode is null)
        {
            names.Remove(name);
        }
        else
        {
            names[name] = inode;
        }
    }

    private void Step(Action effect)
    {
        bool fails = Operations++ == _failAt;
        if (!fails || _random.Next(2) == 0)
        {
            effect();
        }

        if (fails)
        {
            throw new PowerFailure();
        }

        if (Operations > _failAt)
        {
            throw new InvalidOperationException("the disk was used after its power failed");
        }
    }

    private sealed class Inode
    {
        public byte[] Content { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        // Sector by sector the new content, the old one, or, beyond the old end, zeros; the length anywhere between the
        // two.
        public void Tear(Random random)
        {
            int shorter = Math.Min(Content.Length, Durable.Length);
            int longer = Math.Max(Content.Length, Durable.Length);
            byte[] torn =
                new byte[random.Next(3) switch
                {
                    0 => Durable.Length,
                    1 => Content.Length,
                    _ => random.Next(shorter, longer + 1)
                }];
            for (int start = 0; start < torn.Length; start += Sector)
            {
                byte[] source = random.Next(2) == 0 ? Content : Durable;
                for (int i = start; i < Math.Min(start + Sector, torn.Length); i++)
                {
                    torn[i] = i < source.Length ? source[i] : i < shorter ? Durable[i] : (byte)0;
                }
            }

            Content = torn;
            Durable = [.. torn];
        }
    }

    private sealed class Handle(SimulatedDisk disk, Inode inode) : IDeviceFile
    {
        public long Length => inode.Content.Length;

        public byte[] ReadAll() => [.. inode.Content];

        public void Read(long offset, Span<byte> destination) =>
            inode.Content.AsSpan((int)offset, destination.Length).CopyTo(destination);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            byte[] copy = bytes.ToArray();
            disk.Step(() =>
            {
                byte[] content = new byte[Math.Max(inode.Content.Length, offset + copy.Length)];
                if (content.Length > disk.Capacity)
                {
                    throw new IOException("no space left on device");
                }

                inode.Content.CopyTo(content, 0);
                copy.CopyTo(content, offset);
                inode.Content = content;
            });
        }

        public void Truncate(long length) => disk.Step(() => inode.Content = inode.Content[..(int)length]);

        public void Flush() => disk.Step(() => inode.Durable = [.. inode.Content]);

        public void Dispose()
        {
        }
    }
}
