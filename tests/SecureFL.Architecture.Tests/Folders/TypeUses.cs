using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureFL.Architecture.Tests.Folders;

/// <summary>
/// Finds which file uses types of which other, by the compiler's own reading of names. Packages are not loaded: names
/// of their types stay unresolved, and no edge between the repository's own files needs them.
/// </summary>
internal static class TypeUses
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.None);

    private static readonly string[] ImplicitUsings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
        "System.Threading.Tasks",
    ];

    private static readonly Lazy<MetadataReference[]> Frameworks = new(() => [.. FrameworkFiles()]);

    /// <param name="sources">Path and text of each file.</param>
    internal static IReadOnlyList<TypeUse> Find(IEnumerable<KeyValuePair<string, string>> sources)
    {
        SyntaxTree[] trees =
            [.. sources.AsParallel().Select(file => CSharpSyntaxTree.ParseText(file.Value, Language, file.Key))];
        SyntaxTree usings = CSharpSyntaxTree.ParseText(
            string.Concat(ImplicitUsings.Select(name => $"global using {name};")), Language);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Sources", [.. trees, usings], Frameworks.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        ConcurrentBag<TypeUse> found = [];
        Parallel.ForEach(trees, tree =>
        {
            foreach (TypeUse use in UsesOf(compilation.GetSemanticModel(tree)))
            {
                found.Add(use);
            }
        });
        return [.. found.OrderBy(use => (use.From, use.To, use.Type))];
    }

    private static IEnumerable<TypeUse> UsesOf(SemanticModel model)
    {
        string from = model.SyntaxTree.FilePath;
        return model.SyntaxTree.GetRoot().DescendantNodes(node => node is not UsingDirectiveSyntax)
            .Where(node => node is SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax)
            .Select(node => model.GetSymbolInfo(node))
            .Select(info => TypeOf(info.Symbol ?? info.CandidateSymbols.FirstOrDefault()))
            .OfType<INamedTypeSymbol>()
            .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default)
            .SelectMany(type => type.DeclaringSyntaxReferences.Select(
                place => new TypeUse(from, place.SyntaxTree.FilePath, type.Name)))
            .Where(use => use.To != from);
    }

    // The outermost type that holds what a name means.
    private static INamedTypeSymbol? TypeOf(ISymbol? symbol)
    {
        INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        while (type?.ContainingType is { } outer)
        {
            type = outer;
        }

        return type?.OriginalDefinition;
    }

    private static IEnumerable<MetadataReference> FrameworkFiles()
    {
        string core = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string web = core.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal);
        return new[] { core, web }.Distinct().Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"))
            .Where(file => Path.GetFileName(file) is ['S', ..] or ['M', ..] or "netstandard.dll" or "mscorlib.dll")
            .Where(file => !file.EndsWith(".Native.dll", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file));
    }
}
