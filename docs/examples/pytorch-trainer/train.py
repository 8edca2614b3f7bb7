"""An external trainer for SecureFL: a small convolutional network on 8 by 8 digits, in PyTorch.

    securefl simulate --trainer "python3 docs/examples/pytorch-trainer/train.py" ...

The last argument is a folder. Its task.json says what to do:

    initialise   leave trained.safetensors: the model before the first round
    train        train weights.safetensors on train.npz, leave trained.safetensors and result.json;
                 the metrics in it are those of evaluated.safetensors, on train.npz and, where it is there, test.npz
    evaluate     the metrics of evaluated.safetensors on train.npz alone
    predict      what evaluated.safetensors says of rows.npz (x alone): leave predictions.npz with an array p of one
                 probability a class, or one value a row for a regression; this is for securefl predict and evaluate

Tensors may have any names and shapes as long as they stay the same. Nothing but torch and numpy is needed:
safetensors is eight bytes of header length, a JSON header, and the numbers.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

EPOCHS = 2
BATCH = 32
LEARNING_RATE = 0.1


class DigitsNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.convolution = nn.Conv2d(1, 12, kernel_size=3, padding=1)
        self.hidden = nn.Linear(12 * 4 * 4, 48)
        self.output = nn.Linear(48, classes)

    def forward(self, x):
        x = torch.relu(self.convolution(x.view(-1, 1, 8, 8)))
        x = torch.max_pool2d(x, 2).flatten(1)
        return self.output(torch.relu(self.hidden(x)))


def write_safetensors(path, model):
    header, body = {}, b""
    for name, tensor in model.state_dict().items():
        raw = np.ascontiguousarray(tensor.numpy(), dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def read_safetensors(path, model):
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    state = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + start : 8 + length + end], dtype="<f4").reshape(entry["shape"])
        state[name] = torch.from_numpy(values.copy())
    model.load_state_dict(state)


def read_rows(path):
    with np.load(path) as arrays:
        return torch.from_numpy(arrays["x"].astype("f4")), torch.from_numpy(arrays["y"].astype("i8"))


def measure(model, x, y):
    model.eval()
    with torch.no_grad():
        scores = model(x)
        loss = nn.functional.cross_entropy(scores, y).item()
        return {"samples": len(y), "loss": loss, "correct": int((scores.argmax(1) == y).sum())}


def train(model, x, y):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(y)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()


def main():
    folder = Path(sys.argv[-1])
    task = json.loads((folder / "task.json").read_text())
    torch.manual_seed(task["seed"])
    torch.set_num_threads(1)
    model = DigitsNet(task["classes"])
    if task["task"] == "initialise":
        write_safetensors(folder / "trained.safetensors", model)
        return

    read_safetensors(folder / "evaluated.safetensors", model)
    if task["task"] == "predict":
        with np.load(folder / "rows.npz") as arrays, torch.no_grad():
            scores = model.eval()(torch.from_numpy(arrays["x"].astype("f4")))
        np.savez(folder / "predictions.npz", p=torch.softmax(scores, 1).numpy())
        return

    x, y = read_rows(folder / "train.npz")
    result = {"samples": len(y), "train": measure(model, x, y)}
    if (folder / "test.npz").exists():
        result["test"] = measure(model, *read_rows(folder / "test.npz"))
    if task["task"] == "train":
        read_safetensors(folder / "weights.safetensors", model)
        train(model, x, y)
        write_safetensors(folder / "trained.safetensors", model)
    (folder / "result.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
