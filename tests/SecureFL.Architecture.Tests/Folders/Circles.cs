using System.Text;

namespace SecureFL.Architecture.Tests.Folders;

/// <summary>Folders that need each other: strongly connected parts of the graph, by Tarjan's algorithm.</summary>
internal sealed class Circles
{
    private const int ExamplesPerEdge = 3;

    private readonly ILookup<string, string> _next;
    private readonly Dictionary<string, int> _order = [];
    private readonly Dictionary<string, int> _lowest = [];
    private readonly Stack<string> _open = [];
    private readonly List<string[]> _found = [];

    private Circles(IEnumerable<TypeUse> uses)
    {
        _next = uses.Select(use => (use.FromFolder, use.ToFolder)).Distinct()
            .ToLookup(edge => edge.FromFolder, edge => edge.ToFolder);
    }

    /// <summary>Each circle's folders, in order; a folder that only uses itself is none.</summary>
    internal static IReadOnlyList<string[]> Find(IEnumerable<TypeUse> uses)
    {
        Circles search = new(uses.Where(use => use.FromFolder != use.ToFolder));
        foreach (IGrouping<string, string> folder in search._next)
        {
            if (!search._order.ContainsKey(folder.Key))
            {
                search.Visit(folder.Key);
            }
        }

        return search._found;
    }

    /// <summary>The circle's folders, and for each edge some files with the type to move or to turn around.</summary>
    internal static string Describe(string[] circle, IEnumerable<TypeUse> uses)
    {
        StringBuilder text = new($"{circle.Length} folders need each other: {string.Join(", ", circle)}\n");
        foreach (IGrouping<(string From, string To), TypeUse> edge in uses
            .Where(use => use.FromFolder != use.ToFolder
                && circle.Contains(use.FromFolder) && circle.Contains(use.ToFolder))
            .GroupBy(use => (use.FromFolder, use.ToFolder)).OrderBy(edge => edge.Count()))
        {
            IEnumerable<string> examples = edge.Take(ExamplesPerEdge).Select(
                use => $"{Path.GetFileName(use.From)} -> {Path.GetFileName(use.To)} ({use.Type})");
            text.Append("  ").Append(edge.Key.From).Append(" -> ").Append(edge.Key.To)
                .Append(", uses of a type: ").Append(edge.Count()).Append(": ")
                .AppendJoin(", ", examples).Append('\n');
        }

        return text.ToString();
    }

    private void Visit(string folder)
    {
        int order = _order.Count;
        _order[folder] = _lowest[folder] = order;
        _open.Push(folder);
        foreach (string next in _next[folder])
        {
            if (!_order.TryGetValue(next, out int reached))
            {
                Visit(next);
                reached = _lowest[next];
            }
            else if (!_open.Contains(next))
            {
                continue;
            }

            _lowest[folder] = Math.Min(_lowest[folder], reached);
        }

        if (_lowest[folder] == order)
        {
            Close(folder);
        }
    }

    private void Close(string first)
    {
        List<string> part = [];
        do
        {
            part.Add(_open.Pop());
        }
        while (part[^1] != first);
        if (part.Count > 1)
        {
            _found.Add([.. part.Order(StringComparer.Ordinal)]);
        }
    }
}
