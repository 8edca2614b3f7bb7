// A hospital with training of its own, for a plan whose model is not built in, on arrays x and y:
//   SERVER IDENTITY-FOLDER STATE-FOLDER PLAN.json DIGEST ROWS.npz MODEL.safetensors
using Samples;
using SecureFL.Client;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Tensors;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;

using FederationClient client = await FederationClient.OpenAsync(new FederationClientOptions
{
    Server = new Uri(args[0]),
    IdentityFolder = args[1],
    StateFolder = args[2],
    PlanPath = args[3],
    ApprovedPlan = new Digest(Convert.FromHexString(args[4])),
});
using FileStream file = File.OpenRead(args[5]);
IReadOnlyDictionary<string, TensorData> arrays = NumpyArchive.Read(file, args[5]);
TensorRows rows = TensorDataset.Join(arrays["x"], arrays["y"], args[5]);
RawSite site = new(client.Identity.Name, rows.As(LearningTask.Binary, classes: 2), Test: null);
SessionEnd end = await client.RunAsync(site, OwnTraining.TrainAsync, OwnTraining.EvaluateAsync);
if (await client.FetchModelAsync(end) is TrainedModel model)
{
    using FileStream output = File.Create(args[6]);
    Safetensors.Write(output, model.Parameters.ToTensors());
}

return end.IsComplete ? 0 : 5;
