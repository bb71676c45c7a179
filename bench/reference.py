"""The answer every participant must reach first: the same steps in float64, written out layer by layer."""

import dataclasses

import numpy as np

# value from the sum z, derivative from z and the value
ACTIVATIONS = {
    "identity": (lambda z: z, lambda z, y: np.ones_like(z)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, y: y * (1 - y)),
    "relu": (lambda z: np.maximum(z, 0), lambda z, y: (z > 0).astype(z.dtype)),
    # FANN's bounded line: the derivative that it uses is 1 everywhere
    "linear_piece": (lambda z: np.clip(z, 0, 1), lambda z, y: np.ones_like(z)),
}

# What a rival cannot do as the workload says, and does instead: rival, condition, changed fields, the reason
VARIANTS = [
    ("fann", lambda w: w.hidden == "relu" and w.output == "softmax",
     {"hidden": "linear_piece", "output": "identity", "loss": "squared_error"},
     "FANN has no ReLU, softmax or cross-entropy: its bounded line, linear outputs and squared error instead (less work)"),
    ("fann", lambda w: w.hidden == "relu" and w.output == "identity",
     {"hidden": "linear_piece", "loss": "squared_error"},
     "FANN has no ReLU: its bounded line instead"),
    ("scikit-learn", lambda w: w.output == "sigmoid", {"output": "identity"},
     "scikit-learn's regression has no sigmoid output: identity instead"),
    ("scikit-learn", lambda w: w.loss == "mean_squared_error", {"loss": "squared_error"},
     "scikit-learn's squared error has a factor 1/2"),
]


def variant(workload, participant):
    """The workload as the participant computes it, and what differs (None where nothing does)."""
    for name, applies, changes, reason in VARIANTS:
        if name == participant and applies(workload):
            return dataclasses.replace(workload, **changes), reason
    return workload, None


def forward(workload, layers, inputs):
    """Sums and values of every layer; the last value is the network's scores (softmax belongs to the loss)."""
    sums, values = [], [inputs]
    for number, (weights, bias) in enumerate(layers, 1):
        name = workload.hidden if number < len(layers) else workload.output
        sums.append(values[-1] @ weights + bias)
        values.append(ACTIVATIONS["identity" if name == "softmax" else name][0](sums[-1]))
    return sums, values


def loss(workload, scores, targets):
    """Mean over the samples."""
    if workload.loss == "cross_entropy":
        shifted = scores - scores.max(1, keepdims=True)
        return float((np.log(np.exp(shifted).sum(1)) - (shifted * targets).sum(1)).mean())
    squares = (scores - targets) ** 2
    return float(squares.sum(1).mean() / 2 if workload.loss == "squared_error" else squares.mean())


def loss_gradient(workload, scores, targets):
    """Of the loss with respect to the scores."""
    samples, outputs = scores.shape
    if workload.loss == "cross_entropy":
        exponentials = np.exp(scores - scores.max(1, keepdims=True))
        return (exponentials / exponentials.sum(1, keepdims=True) - targets) / samples
    factor = 1 if workload.loss == "squared_error" else 2 / outputs
    return factor * (scores - targets) / samples


def gradients(workload, layers, inputs, targets):
    """[(dW, db)] of the layers."""
    sums, values = forward(workload, layers, inputs)
    delta = loss_gradient(workload, values[-1], targets)
    result = []
    for number in range(len(layers), 0, -1):
        name = workload.hidden if number < len(layers) else workload.output
        derivative = ACTIVATIONS["identity" if name == "softmax" else name][1]
        delta = delta * derivative(sums[number - 1], values[number])
        result.insert(0, (values[number - 1].T @ delta, delta.sum(0)))
        delta = delta @ layers[number - 1][0].T
    return result


def loss_after(workload, data, steps):
    """The loss over all samples after `steps` steps through the data in order."""
    inputs, targets = data.inputs.astype(float), data.targets.astype(float)
    layers = [(weights.astype(float), bias.astype(float)) for weights, bias in data.layers]
    moments = [tuple((np.zeros_like(p), np.zeros_like(p)) for p in layer) for layer in layers]
    batches = len(inputs) // workload.batch
    for step in range(steps):
        rows = slice(step % batches * workload.batch, (step % batches + 1) * workload.batch)
        slopes = gradients(workload, layers, inputs[rows], targets[rows])
        for layer, layer_slopes, layer_moments in zip(layers, slopes, moments):
            for parameter, slope, moment in zip(layer, layer_slopes, layer_moments):
                update(workload.optimizer, parameter, slope, moment, step + 1)
    return loss(workload, forward(workload, layers, inputs)[1][-1], targets)


def update(optimizer, parameter, slope, moment, step):
    """In place: plain descent, or Adam as in Kingma & Ba 2015, algorithm 1."""
    if optimizer[0] == "sgd":
        parameter -= optimizer[1] * slope
        return
    _, rate, beta1, beta2, epsilon = optimizer
    first, second = moment
    first += (1 - beta1) * (slope - first)
    second += (1 - beta2) * (slope**2 - second)
    parameter -= rate * (first / (1 - beta1**step)) / (np.sqrt(second / (1 - beta2**step)) + epsilon)
