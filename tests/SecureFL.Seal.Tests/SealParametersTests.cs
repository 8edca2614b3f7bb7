using System.Collections.Immutable;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Tests;

public sealed class SealParametersTests
{
    /// <summary>Primes and ids as native SEAL 4.1.2 makes them.</summary>
    [Fact]
    public void Has_the_choices_of_seal()
    {
        SealParameters parameters = SealParameters.Create(8192, 60, 40, 40);
        Assert.Equal([0xfffffffffffc001UL, 0xfffff4c001UL, 0xfffffdc001UL], parameters.Moduli.Select(p => p.Value));
        Assert.Equal("f0e080b8bc1c788509bb2fe58ecd8ee1882e5874b53924398976861c9cd85242", parameters.KeyId.ToString());
        Assert.Equal("c47f47d1837ad012588042c175700ab92e9386716c8be8d12e8fff89220d207c", parameters.DataId.ToString());
        Assert.Equal([25959043411404UL, 5405730UL, 30370987UL],
            parameters.Moduli.Select(p => p.MinimalPrimitiveRoot(8192)));
        Assert.Equal((2, 4096, 140), (parameters.DataPrimes, parameters.SlotCount, parameters.LogModulus));
        Assert.Equal(3, parameters.PrimesOf(parameters.KeyId));
        Assert.Equal(2, parameters.PrimesOf(parameters.DataId));
        Assert.Equal(0, parameters.PrimesOf(default));
        Assert.Equal("SEAL CKKS N=8192 {60,40,40}", parameters.ToString());
    }

    [Fact]
    public void One_prime_has_no_special_prime()
    {
        SealParameters parameters = SealParameters.Create(4096, 60);
        Assert.False(parameters.HasSpecialPrime);
        Assert.Equal(1, parameters.DataPrimes);
        Assert.Equal(parameters.KeyId, parameters.DataId);
    }

    [Theory]
    [InlineData(1024, 27)]
    [InlineData(2048, 27, 27)]
    [InlineData(4096, 36, 36, 37)]
    [InlineData(8192, 60, 60, 60, 38)]
    [InlineData(16384, 60, 60, 60, 60, 60, 60, 60, 18)]
    public void Accepts_seals_bounds(int degree, params int[] bits)
    {
        SealParameters parameters = SealParameters.Create(degree, bits);
        Assert.True(parameters.LogModulus <= SealParameters.MaxLogModulus(degree));
        Assert.Equal(bits, parameters.Moduli.Select(p => p.Bits));
    }

    [Fact]
    public void Every_refusal_names_its_rule()
    {
        Refused("security rule", () => SealParameters.Create(4096, 55, 55));
        Refused("degree rule", () => SealParameters.Create(512, 20));
        Refused("degree rule", () => new SealParameters(3000, [12289]));
        Refused("prime rule", () => new SealParameters(1024, []));
        Refused("prime rule", () => new SealParameters(1024, [12291]));
        Refused("prime rule", () => new SealParameters(32768, [.. Enumerable.Repeat(65537UL, 65)]));
        Refused("different primes",
            () => new SealParameters(4096,
                ImmutableArray.Create(SealPrimes.Create(4096, 30)[0], SealPrimes.Create(4096, 30)[0])));
        static void Refused(string rule, Action create) =>
            Assert.Contains(rule, Assert.ThrowsAny<ArgumentException>(create).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equality_is_that_of_ids()
    {
        Assert.Equal(SealParameters.Create(4096, 40, 20, 40), SealParameters.Create(4096, 40, 20, 40));
        Assert.NotEqual(SealParameters.Create(4096, 40, 20, 40), SealParameters.Create(4096, 40, 40, 20));
        Assert.NotEqual(SealParameters.Create(4096, 40), SealParameters.Create(2048, 40));
    }
}
