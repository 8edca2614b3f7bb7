using System.Globalization;
using System.Text;

namespace SecureFL.Cli.Tests.Names;

/// <summary>What may reach a terminal, said independently of the code that guards it.</summary>
internal static class Printable
{
    internal static void Check(string what, string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool fine = rune.Value == '\n'
                || !(category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                    || rune.Value is (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)
                    or 0xFEFF or 0xFFFD);
            Assert.True(fine,
                $"{what} prints U+{rune.Value:X4}: {text.Replace("\u001B", "ESC", StringComparison.Ordinal)}");
        }
    }
}
