using System.Globalization;
using System.IO.Compression;
using System.Xml;
using SecureFL.Learning.Data;

namespace SecureFL.Cli.Sites;

/// <summary>
/// Formulas whose value was never stored: programs that write workbooks without computing them leave such cells, and
/// readers take them for empty ones.
/// </summary>
internal static class WorkbookFormulas
{
    private const string SheetFolder = "xl/worksheets/";

    /// <summary>Refuses a workbook with such a cell.</summary>
    /// <exception cref="DataFormatException">Names the sheet and the first cell.</exception>
    /// <exception cref="XmlException">No XML in a sheet.</exception>
    internal static void Refuse(ZipArchive archive, string path)
    {
        Dictionary<string, string> names = SheetNames(archive);
        foreach (ZipArchiveEntry entry in
            archive.Entries.Where(entry => entry.FullName.StartsWith(SheetFolder, StringComparison.OrdinalIgnoreCase)
            && entry.FullName.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)))
        {
            using XmlReader reader = Open(entry);
            (string? first, int count) = Unstored(reader);
            if (first is not null)
            {
                string sheet = names.GetValueOrDefault(entry.FullName)
                    ?? Path.GetFileNameWithoutExtension(entry.FullName);
                string digits = new([.. first.Where(char.IsAsciiDigit)]);
                throw new DataFormatException(
                    path,
                    string.Create(CultureInfo.InvariantCulture,
                        $"sheet '{sheet}', cell {first}: a formula without a stored "
                        + $"value{(count > 1 ? $", as in {count - 1} other cells" : "")}"),
                    long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long line) ? line : null,
                    wayOut: "open the workbook in a spreadsheet program and save it, which computes and stores the "
                    + "values, or save the table as CSV UTF-8");
            }
        }
    }

    // <c r="C2"><f>A2*2</f><v>4</v></c>: f is the formula, v its stored value. An empty v is the text "" where t is
    // str, and no value elsewhere.
    private static (string? First, int Count) Unstored(XmlReader reader)
    {
        string? first = null;
        int count = 0;
        (string? Cell, bool Text, bool Formula, bool Stored) cell = default;
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "c")
            {
                cell = (reader.GetAttribute("r") ?? "?", reader.GetAttribute("t") == "str", false, false);
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "f")
            {
                cell.Formula = true;
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName is "v" or "is")
            {
                cell.Stored |= cell.Text || (!reader.IsEmptyElement && reader.Read()
                    && reader.NodeType != XmlNodeType.EndElement);
            }
            else if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "c")
            {
                bool missing = cell.Formula && !cell.Stored;
                first ??= missing ? cell.Cell : null;
                count += missing ? 1 : 0;
            }
        }

        return (first, count);
    }

    // The part that each sheet's name stands for, through the workbook's relations.
    private static Dictionary<string, string> SheetNames(ZipArchive archive)
    {
        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        Walk(archive, "xl/_rels/workbook.xml.rels", "Relationship", reader =>
        {
            if (reader.GetAttribute("Id") is string id && reader.GetAttribute("Target") is string target)
            {
                parts[id] = target.StartsWith('/') ? target[1..] : "xl/" + target;
            }
        });
        Dictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
        Walk(archive, "xl/workbook.xml", "sheet", reader =>
        {
            const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            if (reader.GetAttribute("id", Relations) is string id && parts.TryGetValue(id, out string? part)
                && reader.GetAttribute("name") is string name)
            {
                names[part] = name;
            }
        });
        return names;
    }

    private static void Walk(ZipArchive archive, string part, string element, Action<XmlReader> found)
    {
        if (archive.GetEntry(part) is not ZipArchiveEntry entry)
        {
            return;
        }

        using XmlReader reader = Open(entry);
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == element)
            {
                found(reader);
            }
        }
    }

    private static XmlReader Open(ZipArchiveEntry entry) =>
        XmlReader.Create(entry.Open(),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true });
}
