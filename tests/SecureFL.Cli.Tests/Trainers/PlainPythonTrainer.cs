namespace SecureFL.Cli.Tests.Trainers;

/// <summary>
/// An external trainer in Python without any package: logistic regression by full-batch descent, in all four tasks of
/// the contract. Its one tensor <c>w</c> holds a weight a feature and the intercept last.
/// </summary>
internal static class PlainPythonTrainer
{
    internal const string Script = """"
        import io, json, math, struct, sys, zipfile
        from pathlib import Path

        folder = Path(sys.argv[-1])
        task = json.loads((folder / "task.json").read_text())

        def read_array(name, key):
            data = zipfile.ZipFile(folder / name).read(key + ".npy")
            (length,) = struct.unpack_from("<H", data, 8)
            header = eval(data[10 : 10 + length])
            count = math.prod(header["shape"])
            values = struct.unpack_from("<%d%s" % (count, {"<f4": "f", "<i8": "q"}[header["descr"]]), data, 10 + length)
            width = count // header["shape"][0]
            return [values[i : i + width] for i in range(0, count, width)]

        def write_array(path, key, values):
            header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }" % len(values)
            header += " " * (-(len(header) + 11) % 64) + "\n"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(key + ".npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack("<%df" % len(values), *values))

        def read_weights(name):
            data = (folder / name).read_bytes()
            (length,) = struct.unpack_from("<Q", data)
            start, end = json.loads(data[8 : 8 + length])["w"]["data_offsets"]
            return list(struct.unpack("<%df" % ((end - start) // 4), data[8 + length + start : 8 + length + end]))

        def write_weights(w):
            header = json.dumps({"w": {"dtype": "F32", "shape": [len(w)], "data_offsets": [0, 4 * len(w)]}}).encode()
            (folder / "trained.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<%df" % len(w), *w))

        def probability(w, row):
            z = sum(a * b for a, b in zip(w, row)) + w[-1]
            return 1 / (1 + math.exp(-max(-30, min(30, z))))

        def measure(w, x, y):
            loss = sum(-math.log(probability(w, row) if label else 1 - probability(w, row)) for row, (label,) in zip(x, y))
            correct = sum((probability(w, row) > 0.5) == (label == 1) for row, (label,) in zip(x, y))
            return {"samples": len(y), "loss": loss / len(y), "correct": correct}

        if task["task"] == "initialise":
            write_weights([0.0] * (task["features"] + 1))
        elif task["task"] == "predict":
            w = read_weights("evaluated.safetensors")
            write_array(folder / "predictions.npz", "p", [probability(w, row) for row in read_array("rows.npz", "x")])
        else:
            x, y = read_array("train.npz", "x"), read_array("train.npz", "y")
            w = read_weights("evaluated.safetensors")
            result = {"samples": len(y), "train": measure(w, x, y)}
            if (folder / "test.npz").exists():
                result["test"] = measure(w, read_array("test.npz", "x"), read_array("test.npz", "y"))
            if task["task"] == "train":
                w = read_weights("weights.safetensors")
                for _ in range(10):
                    gradient = [0.0] * len(w)
                    for row, (label,) in zip(x, y):
                        error = probability(w, row) - label
                        for i, value in enumerate(list(row) + [1.0]):
                            gradient[i] += error * value / len(y)
                    w = [a - 0.3 * g for a, g in zip(w, gradient)]
                write_weights(w)
            (folder / "result.json").write_text(json.dumps(result))
        """";
}
