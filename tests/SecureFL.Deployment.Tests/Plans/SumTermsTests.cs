using System.Text.Json.Nodes;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Identity;
using SecureFL.Protocol.Plans;

namespace SecureFL.Deployment.Tests.Plans;

public class SumTermsTests
{
    private static readonly SumTerms Named = new()
    {
        Elements = 100,
        Tensors = [new SumTensor("fc.weight", [7, 12]), new SumTensor("fc.bias", [15], 0.25f),
            new SumTensor("scale", [])],
        LeftOut = ["bn.num_batches_tracked"],
        MaxClipped = 0.05,
    };

    [Fact]
    public void The_canonical_form_reads_back_and_nothing_else_does()
    {
        byte[] bytes = Named.ToBytes();
        SumTerms read = SumTerms.Parse(bytes);
        Assert.Equal(Named.Digest, read.Digest);
        Assert.Equal(bytes, read.ToBytes());
        Assert.Throws<FormatException>(() => SumTerms.Parse([.. bytes, (byte)' ']));
    }

    [Fact]
    public void Terms_that_contradict_themselves_are_refused()
    {
        (string Rule, SumTerms Terms)[] broken =
        [
            ("the vector 101", Named with { Elements = 101 }),
            ("elements", Named with { Tensors = [], Elements = 0 }),
            ("called scale",
                Named with { Tensors = [Named.Tensors[0], new SumTensor("scale", [15]), Named.Tensors[2]] }),
            ("named twice", Named with { LeftOut = ["scale"] }),
            ("does not print", Named with { LeftOut = ["a\u202E"] }),
            ("does not print", Named with { Tensors = [new SumTensor("a\u001B", [100])] }),
            ("not finite and positive", Named with
                { Tensors = [Named.Tensors[0], new SumTensor("b", [15], 0), Named.Tensors[2]] }),
            ("maxClipped", Named with { MaxClipped = 1.5 }),
            ("kind training", Named with { Kind = "training" }),
        ];
        foreach ((string rule, SumTerms terms) in broken)
        {
            Assert.Contains(rule, Assert.Throws<ArgumentException>(terms.Check).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_plan_holds_them_under_its_digest()
    {
        (PlanSettings settings, SigningIdentity authority) = PlanSamples.Settings(null);
        PlanFile draft = PlanFile.Draft("heart", "aggregator", settings, null, Named);
        PlanFile signed = PlanFile.Parse(draft.Sign(authority).ToBytes(), "plan.json");
        Assert.Null(signed.Terms);
        Assert.Equal(Named.Digest, signed.Sums!.Digest);
        Assert.Equal(Named.Digest, signed.Settings.Terms);
        PlanFile fetched = PlanFile.FromMessages("heart", "aggregator", signed.RequireSigned().Encode(),
            signed.TermsBytes);
        Assert.Equal(["fc.weight", "fc.bias", "scale"], fetched.Sums!.Tensors.Select(tensor => tensor.Name));
        Assert.NotEqual(draft.Digest,
            PlanFile.Draft("heart", "aggregator", settings, null, Named with { LeftOut = [] }).Digest);

        JsonObject changed = JsonNode.Parse(signed.ToBytes())!.AsObject();
        changed["terms"]!["tensors"]![0]!["name"] = "other";
        Assert.Throws<PlanMismatchException>(
            () => PlanFile.Parse(System.Text.Encoding.UTF8.GetBytes(changed.ToJsonString()), "plan.json"));
        Assert.Throws<ArgumentException>(
            () => PlanFile.Draft("heart", "aggregator", settings, null,
                Named with { Tensors = [new SumTensor("w", [99])], Elements = 99 }));
    }

    [Fact]
    public void A_clip_of_its_own_is_reached_by_scaling_there_and_back()
    {
        float[] vector = [.. Enumerable.Range(0, 100).Select(i => 0.01f * i)];
        float[] scaled = [.. vector];
        Named.ToPlanScale(scaled, planClip: 8);
        Assert.Equal(vector[..84], scaled[..84]);
        Assert.Equal(vector[90] * 32, scaled[90]);
        Assert.Equal(vector[99], scaled[99]);
        Named.FromPlanScale(scaled, planClip: 8);
        Assert.Equal(vector, scaled);
    }
}
