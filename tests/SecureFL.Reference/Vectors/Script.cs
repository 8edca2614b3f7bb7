namespace SecureFL.Reference;

/// <summary>Steps that a role takes one after the other, each with what must come of it.</summary>
internal sealed class Script
{
    private readonly JsonArray _steps = [];

    public JsonArray Steps => _steps;

    /// <summary>A message that the role takes; where it answers with a message, that message's hash.</summary>
    public Script Accept(string step, Message? message = null, byte[]? hash = null) =>
        Add(step, message?.Encoded, new JsonObject
        {
            ["accept"] = true,
            ["hash"] = hash is null ? null : Json.Hex(hash),
        });

    /// <summary>The same with a reference, or parts to be joined.</summary>
    public Script Accept(string step, JsonNode reference, byte[]? hash = null) =>
        Add(step, reference, new JsonObject { ["accept"] = true, ["hash"] = hash is null ? null : Json.Hex(hash) });

    /// <summary>A message that the role refuses.</summary>
    public Script Refuse(string step, Message? message, int code, string name) =>
        Add(step, message?.Encoded, Vector.Refusal(code, name));

    /// <summary>A referred message that the role refuses.</summary>
    public Script Refuse(string step, JsonNode reference, int code, string name) =>
        Add(step, reference, Vector.Refusal(code, name));

    /// <summary>Moves the clock.</summary>
    public Script Wait(long milliseconds)
    {
        _steps.Add(new JsonObject { ["do"] = "wait", ["milliseconds"] = milliseconds });
        return this;
    }

    /// <summary>A step that names a round.</summary>
    public Script Round(string step, ulong round, JsonNode expect)
    {
        _steps.Add(new JsonObject { ["do"] = step, ["round"] = round, ["expect"] = expect });
        return this;
    }

    /// <summary>A step with fields of its own.</summary>
    public Script Custom(JsonObject step)
    {
        _steps.Add(step);
        return this;
    }

    private Script Add(string step, byte[]? bytes, JsonObject expect) =>
        Add(step, bytes is null ? null : (JsonNode)Json.Hex(bytes), expect);

    private Script Add(string step, JsonNode? bytes, JsonObject expect)
    {
        JsonObject json = new() { ["do"] = step };
        if (bytes is not null)
        {
            json["message"] = bytes;
        }

        json["expect"] = expect;
        _steps.Add(json);
        return this;
    }
}
