"""The benchmark's workloads, and the files from which every participant reads one.

A workload is a small text file and raw little-endian arrays in DIR/NAME/:

    workload.txt   sizes, hidden, output, loss, optimizer, batch, samples, check_steps: one a line
    inputs.f32     [samples, in]
    targets.f32    [samples, out]; one-hot for classes
    labels.i64     [samples], classes only
    W1.f32 b1.f32  [in, out] and [out] of the first layer, W2.f32 b2.f32 of the second, ...
"""

import dataclasses
import math
import pathlib

import numpy as np

SAMPLES = 1024


@dataclasses.dataclass(frozen=True)
class Workload:
    """One training step to be timed: loss terms per sample are averaged over the batch.

    loss is squared_error (half the summed squares), mean_squared_error (over the outputs) or cross_entropy;
    optimizer is ("sgd", rate) or ("adam", rate, beta1, beta2, epsilon).
    check_steps steps from the given weights lead to the loss that is compared with the reference.
    """

    name: str
    title: str
    sizes: tuple
    hidden: str
    output: str
    loss: str
    optimizer: tuple
    batch: int
    check_steps: int

    @property
    def net(self):
        return "-".join(map(str, self.sizes))

    def forward_flops(self):
        """Matmul FLOPs of the forward pass of one sample."""
        return 2 * sum(a * b for a, b in zip(self.sizes, self.sizes[1:]))

    def training_flops(self):
        """Matmul FLOPs of a training step per sample: forward, all dW, and dX of every layer but the first."""
        return 3 * self.forward_flops() - 2 * self.sizes[0] * self.sizes[1]


WORKLOADS = [
    Workload("3-4-1", "3-4-1 sigmoid SGD batch 1", (3, 4, 1), "sigmoid", "sigmoid", "squared_error",
             ("sgd", 0.5), 1, 200),
    Workload("4-16-3", "4-16-3 ReLU cross-entropy SGD batch 16", (4, 16, 3), "relu", "softmax",
             "cross_entropy", ("sgd", 0.1), 16, 50),
    Workload("8-64-64-1", "8-64-64-1 ReLU Adam batch 32", (8, 64, 64, 1), "relu", "identity",
             "mean_squared_error", ("adam", 0.001, 0.9, 0.999, 1e-8), 32, 30),
    Workload("784-128-10", "784-128-10 ReLU cross-entropy SGD batch 64", (784, 128, 10), "relu", "softmax",
             "cross_entropy", ("sgd", 0.1), 64, 32),
    Workload("784-128-10-batch-1", "784-128-10 ReLU cross-entropy SGD batch 1", (784, 128, 10), "relu",
             "softmax", "cross_entropy", ("sgd", 0.01), 1, 200),
    Workload("784-1024-1024-10", "784-1024-1024-10 ReLU cross-entropy SGD batch 256", (784, 1024, 1024, 10),
             "relu", "softmax", "cross_entropy", ("sgd", 0.1), 256, 8),
]


@dataclasses.dataclass
class Data:
    """What a participant is given: inputs, targets, labels (None unless classes) and [(W, b)] of the layers."""

    inputs: np.ndarray
    targets: np.ndarray
    labels: np.ndarray | None
    layers: list


def generate(workload, seed=20240501):
    """Noisy answers of a random one-layer teacher, and He (ReLU) or Glorot (sigmoid) weights; the same every time."""
    rng = np.random.default_rng(seed)
    width, classes = workload.sizes[0], workload.sizes[-1]
    inputs = rng.uniform(-0.5, 0.5, (SAMPLES, width)) if width > 16 else rng.standard_normal((SAMPLES, width))
    teacher = (inputs - inputs.mean(0)) @ rng.standard_normal((width, classes))
    teacher = teacher / teacher.std() + 0.2 * rng.standard_normal(teacher.shape)
    labels = None
    if workload.loss == "cross_entropy":
        labels = teacher.argmax(1).astype("<i8")
        targets = np.eye(classes)[labels]
    elif workload.output == "sigmoid":
        targets = 1 / (1 + np.exp(-2 * teacher))
    else:
        targets = np.tanh(teacher)
    layers = []
    for fan_in, fan_out in zip(workload.sizes, workload.sizes[1:]):
        deviation = math.sqrt(2 / (fan_in + fan_out) if workload.hidden == "sigmoid" else 2 / fan_in)
        weights = deviation * rng.standard_normal((fan_in, fan_out))
        layers.append((weights.astype("<f4"), (0.1 * rng.standard_normal(fan_out)).astype("<f4")))
    return Data(inputs.astype("<f4"), targets.astype("<f4"), labels, layers)


def write(workload, data, directory):
    """Writes the files described above to directory/NAME."""
    folder = pathlib.Path(directory) / workload.name
    folder.mkdir(parents=True, exist_ok=True)
    fields = {"sizes": workload.sizes, "hidden": [workload.hidden], "output": [workload.output],
              "loss": [workload.loss], "optimizer": workload.optimizer, "batch": [workload.batch],
              "samples": [len(data.inputs)], "check_steps": [workload.check_steps]}
    lines = [" ".join([key, *map(str, values)]) for key, values in fields.items()]
    (folder / "workload.txt").write_text("\n".join(lines) + "\n")
    data.inputs.tofile(folder / "inputs.f32")
    data.targets.tofile(folder / "targets.f32")
    if data.labels is not None:
        data.labels.tofile(folder / "labels.i64")
    for number, (weights, bias) in enumerate(data.layers, 1):
        weights.tofile(folder / f"W{number}.f32")
        bias.tofile(folder / f"b{number}.f32")


def read(directory, name):
    """Reads the fields of workload.txt as strings, and the Data."""
    folder = pathlib.Path(directory) / name
    fields = {key: values for key, *values in map(str.split, (folder / "workload.txt").read_text().splitlines())}
    sizes = [int(size) for size in fields["sizes"]]

    def array(file, *shape):
        return np.fromfile(folder / file, "<f4").reshape(shape)

    samples = int(fields["samples"][0])
    labels = folder / "labels.i64"
    return fields, Data(
        array("inputs.f32", samples, sizes[0]), array("targets.f32", samples, sizes[-1]),
        np.fromfile(labels, "<i8") if labels.exists() else None,
        [(array(f"W{layer}.f32", a, b), array(f"b{layer}.f32", b))
         for layer, (a, b) in enumerate(zip(sizes, sizes[1:]), 1)])
