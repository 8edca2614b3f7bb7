// Three sites' vectors are summed in one process, under the same encryption as over a network.
using SecureFL.Local;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

float[][] updates = [[0.5f, -1, 2], [0.25f, 3, -2], [0.15f, 1, 1]];
using LocalConsortium consortium = LocalConsortium.Create(vectorLength: 3, clip: 8f, bits: 16,
    maxClients: 3, minClients: 3, keyHolders: 3, threshold: 2, colludingKeyHolders: 1);
using AggregationServer server = consortium.OpenRound();
for (int i = 0; i < updates.Length; i++)
{
    server.Accept(consortium.Clients[i].Encrypt(server.Round, updates[i]));
}

RoundCertificate certificate = consortium.Agree(server.Close());
AggregationResult sum = consortium.Open(server, consortium.Release(certificate));
Console.WriteLine($"sum of {sum.Contributors} sites: {string.Join(" ", sum.Sum.Select(value => $"{value:F2}"))}");
