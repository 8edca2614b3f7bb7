using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Roles;

namespace SecureFL.Server.Uploads;

/// <summary>An upload that a stream may feed while it holds the client's slot.</summary>
/// <param name="Round">The round.</param>
/// <param name="Upload">Checks, stores and hashes chunks.</param>
/// <param name="Store">Makes them durable.</param>
/// <param name="Root">The contribution that was begun.</param>
internal sealed record OpenUpload(ulong Round, ContributionUpload Upload, UploadStore Store, Digest Root);
