// A key holder as a service of a generic host: SERVER IDENTITY-FOLDER STATE-FOLDER PLAN.json DIGEST
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SecureFL.KeyHolder;
using SecureFL.KeyHolder.Hosting;
using SecureFL.KeyHolder.Reporting;
using SecureFL.Messages.Primitives;

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services.AddSecureFLKeyHolder(new KeyHolderOptions
{
    Server = new Uri(args[0]),
    IdentityFolder = args[1],
    StateFolder = args[2],
    PlanPath = args[3],
    ApprovedPlan = new Digest(Convert.FromHexString(args[4])),
});
builder.Services.AddSingleton<IProgress<KeyHolderProgress>>(new Progress<KeyHolderProgress>(
    step => Console.Error.WriteLine(step.Since is DateTimeOffset since
        ? $"waiting for the server since {since:u}: {step.Detail}" : $"{step.Stage}: {step.Detail}")));
await builder.Build().RunAsync();
