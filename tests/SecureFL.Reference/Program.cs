using SecureFL.Reference;

if (args is not [string directory])
{
    Console.Error
        .WriteLine("usage: SecureFL.Reference DIRECTORY   writes the vectors of protocol-spec/vectors/v2 there");
    return 2;
}

foreach (SecureFL.Reference.Vector vector in VectorSet.All())
{
    File.WriteAllText(Path.Combine(directory, vector.FileName), vector.ToText());
}

return 0;
