namespace SecureFL.Architecture.Tests.Folders;

/// <summary>The search for circles itself, on small sources: folder A holds a type, folder B another.</summary>
public sealed class CirclesTests
{
    private const string Plain = "namespace N; public class First { public const int Limit = 3; }";

    [Theory]
    [InlineData("class Second { First f; }")]
    [InlineData("class Second { int f = First.Limit; }")]
    [InlineData("class Second { System.Collections.Generic.List<First> f; }")]
    [InlineData("class Second : First;")]
    [InlineData("[First] class Second;")]
    [InlineData("class Second { object f = typeof(First); }")]
    [InlineData("class Second { string f = nameof(First); }")]
    [InlineData("class Second { string f = nameof(First.Limit); }")]
    [InlineData("class Second { int f = (int)First.Inner.One; }")]
    [InlineData("class Second { int F() => 3.Doubled(); }")]
    [InlineData("class Second { static Second Of(Third third) => third.Mine.Back; }")]
    [InlineData("class Second { void F(Third third) => third.Take(new()); }")]
    public void A_use_is_seen(string second)
    {
        IReadOnlyList<TypeUse> uses = Uses(
            ("A/First.cs", """
                namespace N;
                public class First : System.Attribute
                {
                    public const int Limit = 3;
                    public Second Back;
                    public enum Inner { One }
                }
                public static class Doubling { public static int Doubled(this int number) => 2 * number; }
                """),
            ("A/Third.cs", "namespace N; public class Third { public First Mine; public void Take(First first) { } }"),
            ("B/Second.cs", $"namespace N; public {second}"));
        Assert.Contains(uses, use => use is { From: "B/Second.cs", To: "A/First.cs" });
        Assert.Equal([["A", "B"]], Circles.Find(uses));
    }

    [Theory]
    [InlineData("class Second { int f = 3; }")]
    [InlineData("class Second { int First; }")]
    [InlineData("class Second { string f = \"First\"; } // First")]
    [InlineData("/// <summary><see cref=\"First\"/></summary>\nclass Second;")]
    [InlineData("class Second { Unknown.First f; }")]
    public void No_use_is_none(string second) =>
        Assert.Empty(Uses(("A/First.cs", Plain), ("B/Second.cs", $"namespace N; {second}")));

    [Fact]
    public void A_use_one_way_is_no_circle()
    {
        IReadOnlyList<TypeUse> uses =
            Uses(("A/First.cs", Plain), ("B/Second.cs", "namespace N; class Second { First f; }"));
        Assert.Equal([new TypeUse("B/Second.cs", "A/First.cs", "First")], uses);
        Assert.Empty(Circles.Find(uses));
    }

    [Fact]
    public void Files_of_one_folder_may_need_each_other()
    {
        IReadOnlyList<TypeUse> uses = Uses(
            ("A/First.cs", "class First { Second f; }"), ("A/Second.cs", "class Second { First f; }"));
        Assert.Equal(2, uses.Count);
        Assert.Empty(Circles.Find(uses));
    }

    [Fact]
    public void A_folder_and_its_parent_are_two() => Assert.Equal([["A", "A/B"]], Circles.Find(Uses(
        ("A/First.cs", "class First { Second f; }"), ("A/B/Second.cs", "class Second { First f; }"))));

    [Fact]
    public void A_long_circle_is_found_among_others() => Assert.Equal(
        [["B", "C", "D"], ["E", "F"]],
        Circles.Find(
        [
            new("A/A.cs", "B/B.cs", "B"), new("B/B.cs", "C/C.cs", "C"), new("C/C.cs", "D/D.cs", "D"),
            new("D/D.cs", "B/B.cs", "B"), new("D/D.cs", "G/G.cs", "G"), new("A/A.cs", "E/E.cs", "E"),
            new("E/E.cs", "F/F.cs", "F"), new("F/F.cs", "E/E.cs", "E"), new("F/F.cs", "G/G.cs", "G"),
        ]));

    [Fact]
    public void A_circle_is_named_with_its_files()
    {
        TypeUse[] uses =
        [
            new("A/A.cs", "B/B.cs", "B"), new("A/Other.cs", "B/B.cs", "B"), new("B/B.cs", "A/A.cs", "A"),
            new("A/A.cs", "C/C.cs", "C"),
        ];
        Assert.Equal(
            """
            2 folders need each other: A, B
              B -> A, uses of a type: 1: B.cs -> A.cs (A)
              A -> B, uses of a type: 2: A.cs -> B.cs (B), Other.cs -> B.cs (B)

            """,
            Circles.Describe(["A", "B"], uses));
    }

    private static IReadOnlyList<TypeUse> Uses(params (string Path, string Text)[] sources) =>
        TypeUses.Find(sources.Select(file => KeyValuePair.Create(file.Path, file.Text)));
}
