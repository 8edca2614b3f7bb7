using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace SecureFL.Server.Hosting;

/// <summary>Sends metrics and traces to a collector over OTLP, where one is configured. Thread-safe.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private Telemetry(Uri endpoint)
    {
        void Configure(OtlpExporterOptions options)
        {
            options.Endpoint = endpoint;
            options.Protocol = OtlpExportProtocol.Grpc;
        }

        _metrics = Sdk.CreateMeterProviderBuilder().AddMeter(ServerMetrics.Name).AddOtlpExporter(Configure).Build();
        _traces = Sdk.CreateTracerProviderBuilder().AddSource(ServerMetrics.Name).AddOtlpExporter(Configure).Build();
    }

    /// <summary>Starts sending; null where no collector is configured.</summary>
    public static Telemetry? Start(Uri? endpoint) => endpoint is null ? null : new Telemetry(endpoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _traces.Dispose();
    }
}
