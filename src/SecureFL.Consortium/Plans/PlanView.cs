using System.Text.Json;
using System.Text.Json.Nodes;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Formats;

namespace SecureFL.Consortium.Plans;

/// <summary>
/// The readable side of a plan file: every field of the plan for people, recomputed from the plan's bytes and compared
/// on loading.
/// </summary>
internal static class PlanView
{
    /// <summary>The fields of a plan. Counters are listed one by one only where no terms explain them.</summary>
    internal static JsonObject Of(PlanSettings s, bool hasTerms)
    {
        AggregationParameters p = s.Parameters;
        JsonObject view = new()
        {
            ["suite"] = SuiteTable.Find(s.Suite)?.Name,
            ["opener"] = Name(s.Opener),
            ["session"] = s.Session.ToString(),
            ["termsDigest"] = s.Terms == default ? null : s.Terms.ToString(),
            ["vector"] = new JsonObject
            {
                ["elements"] = p.FloatLength,
                ["clip"] = p.Clip,
                ["bits"] = p.Bits,
                ["maxWeight"] = s.Counters.MaxWeight,
                ["counters"] = hasTerms ? s.Counters.Counters.Length
                    : new JsonArray([.. s.Counters.Counters.Select(CounterView)]),
                ["counterElements"] = p.IntegerLength,
            },
            ["clientsInASum"] = new JsonObject
            { ["minimum"] = s.MinClients, ["maximum"] = p.MaxClients, ["groupSize"] = s.GroupSize },
            ["threshold"] = s.Threshold,
            ["colludingKeyHolders"] = s.ColludingKeyHolders,
            ["colludingClients"] = s.ColludingClients,
            ["sitesHoldKeys"] = s.SitesHoldKeys,
            ["rounds"] = s.Rounds,
            ["agreementWindowSeconds"] = s.AgreementWindowSeconds,
            ["roundLifeSeconds"] = s.RoundLifeSeconds,
            ["baseVersionWindow"] = s.BaseVersionWindow,
            ["allowEarlyResubmission"] = s.AllowEarlyResubmission,
            ["insecure"] = s.Insecure,
            ["ring"] = new JsonObject
            {
                ["degree"] = p.RingDegree,
                ["primes"] = new JsonArray([.. p.Primes.Select(prime => (JsonNode)prime)]),
                ["logScale"] = p.LogDelta,
                ["errors"] = JsonNamingPolicy.CamelCase.ConvertName(p.Ckks.Error.ToString()),
                ["laneRadices"] = new JsonArray([.. p.Layout.Radices.Select(radix => (JsonNode)radix)]),
                ["chunks"] = p.ChunkCount,
                ["chunkBytes"] = p.WireChunkBytes,
                ["securityBits"] = p.SecurityBits,
            },
            ["authorityKey"] = Key(s.Enrolment.Authority),
            ["serverKey"] = Key(s.Enrolment.Server),
            ["clients"] = Parties(s.Enrolment.Clients),
            ["keyHolders"] = Parties(s.Enrolment.KeyHolders),
        };
        if (p.JointKey is { } key)
        {
            view["jointKey"] = new JsonObject
            {
                ["keyHolders"] = key.KeyHolders,
                ["threshold"] = key.Threshold,
                ["smudgingBits"] = key.Smudging,
                ["maxCoefficientsPerKey"] = key.MaxCoefficientsPerKey,
                ["coefficientsPerSum"] = p.CoefficientsPerOpening,
                ["wire"] = JsonNamingPolicy.CamelCase.ConvertName(key.Wire.ToString()),
                ["specialPrime"] = key.SpecialPrime,
            };
        }

        return view;
    }

    /// <summary>
    /// The path of the first member in which two views differ, with both values; null where they agree.
    /// </summary>
    internal static string? Difference(JsonNode? read, JsonNode? due, string path)
    {
        switch (read, due)
        {
            case (JsonObject a, JsonObject b):
                foreach (string name in a.Select(member => member.Key).Union(b.Select(member => member.Key)))
                {
                    if (a.ContainsKey(name) != b.ContainsKey(name))
                    {
                        return $"{path}.{name} is {(a.ContainsKey(name) ? "unknown" : "missing")}";
                    }

                    if (Difference(a[name], b[name], $"{path}.{name}") is string inner)
                    {
                        return inner;
                    }
                }

                return null;
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                return a.Zip(b).Select((pair, i) => Difference(pair.First, pair.Second, $"{path}[{i}]"))
                    .FirstOrDefault(text => text is not null);
            default:
                string left = Text(read);
                string right = Text(due);
                return left == right ? null : $"{path} says {left}, the plan holds {right}";
        }
    }

    private static JsonNode CounterView(Counter counter) =>
        new JsonObject { ["name"] = counter.Name, ["maxMagnitude"] = counter.MaxMagnitude };

    private static JsonArray Parties(IReadOnlyList<EnrolledParty> parties) =>
        new([.. parties.Select(party => new JsonObject { ["name"] = party.Name, ["key"] = Key(party.Key) })]);

    private static string Key(VerificationKey key) => Convert.ToBase64String(key.ToArray());

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static string Text(JsonNode? node) => node?.ToJsonString(DeploymentJson.Compact) ?? "null";
}
