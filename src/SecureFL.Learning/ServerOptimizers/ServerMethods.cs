using System.Collections.Immutable;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>The server optimisers that have a name in descriptions and plans. Thread-safe.</summary>
public static class ServerMethods
{
    private static ImmutableArray<ServerMethod> _all =
        [new FedAvg(), new FedAvgM(), new FedAdagrad(), new FedAdam(), new FedYogi()];

    /// <summary>All of them; the first is the one where nobody says otherwise.</summary>
    public static ImmutableArray<ServerMethod> All => _all;

    /// <summary>The settings that any of them has, or that terms spell out; each once.</summary>
    public static IEnumerable<ServerSetting> Settings =>
        ServerSetting.Shared.Concat(All.SelectMany(method => method.Settings)).Distinct();

    /// <summary>The optimiser with a name.</summary>
    /// <param name="key">Its name in descriptions, such as fedAdam.</param>
    /// <exception cref="ArgumentException">There is none; names those that there are.</exception>
    public static ServerMethod Of(string key) => All.FirstOrDefault(method => method.Key == key)
        ?? throw new ArgumentException(
            $"no server optimiser is called {key}: {string.Join(", ", All.Select(method => method.Key))}");

    /// <summary>Adds an optimiser to those that descriptions, plans and the command line know.</summary>
    /// <returns>Forgets the optimiser again when it is disposed.</returns>
    /// <exception cref="ArgumentException">Its name is taken, or no word of letters and digits; a setting has the name
    /// of another one; or its defaults are out of range.</exception>
    public static IDisposable Register(ServerMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.Name is not [>= 'A' and <= 'Z', ..] || !method.Name.All(char.IsAsciiLetterOrDigit))
        {
            throw new ArgumentException(
                $"a server optimiser called {method.Name}: a capital letter, then letters and digits");
        }

        if (method.Moments is < 0 or > 2)
        {
            throw new ArgumentException($"{method.Name} keeps {method.Moments} vectors: 0, 1 or 2");
        }

        method.Defaults.Check();
        ImmutableInterlocked.Update(ref _all, Added, method);
        return new Registration(method);
    }

    private static ImmutableArray<ServerMethod> Added(ImmutableArray<ServerMethod> all, ServerMethod method)
    {
        if (all.Any(other => other.Name.Equals(method.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"there is a server optimiser called {method.Name} already");
        }

        ServerSetting? other = method.Settings.FirstOrDefault(
            setting => setting.Name == "kind" || Settings.Append(ServerSetting.Rate)
                .Any(one => one.Name == setting.Name && one != setting));
        return other is null ? all.Add(method)
            : throw new ArgumentException($"{method.Name} has a setting {other.Name} that means something else "
                + "already: give it another name");
    }

    private sealed class Registration(ServerMethod method) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref _all, (all, one) => all.Remove(one), method);
    }
}
