using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>What every encryptor checks of a chunk's elements before anything is drawn or spent.</summary>
internal static class ChunkInput
{
    internal static void Check(AggregationParameters parameters, long chunk, int floats,
        ReadOnlySpan<int> integers, int bytes)
    {
        if (floats != parameters.FloatsIn(chunk) || integers.Length != parameters.IntegersIn(chunk))
        {
            throw new ArgumentException(
                $"chunk {chunk} has {parameters.FloatsIn(chunk)} model elements and {parameters.IntegersIn(chunk)} "
                + $"integers, not {floats} and {integers.Length}", nameof(floats));
        }

        if (bytes != parameters.ChunkBytes)
        {
            throw new ArgumentException($"a packed chunk is {parameters.ChunkBytes} bytes, the destination {bytes}",
                nameof(bytes));
        }

        foreach (int integer in integers)
        {
            if (Math.Abs((long)integer) > parameters.MaxQuantised)
            {
                throw new ArgumentException($"an integer element exceeds {parameters.MaxQuantised} in absolute value",
                    nameof(integers));
            }
        }
    }
}
