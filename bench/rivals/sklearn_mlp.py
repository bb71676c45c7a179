"""scikit-learn's MLPClassifier and MLPRegressor; the same protocol as protocol.h.

Training is partial_fit without shuffling over all samples, which takes one step a batch; what a step does
differently is listed in VARIANTS of reference.py. Inference is the estimator's public predict or predict_proba.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import workloads


class Net:
    def __init__(self, fields, data):
        self.classes = fields["loss"][0] == "cross_entropy"
        self.inputs = data.inputs
        self.answers = data.labels if self.classes else data.targets
        if not self.classes and data.targets.shape[1] == 1:
            self.answers = data.targets[:, 0]
        self.batch = int(fields["batch"][0])
        sizes = [int(size) for size in fields["sizes"]]
        solver, rate, *adam = fields["optimizer"]
        if adam:
            adam = dict(zip(("beta_1", "beta_2", "epsilon"), map(float, adam)))
        self.model = (MLPClassifier if self.classes else MLPRegressor)(
            hidden_layer_sizes=sizes[1:-1], activation={"sigmoid": "logistic"}.get(fields["hidden"][0], "relu"),
            solver=solver, learning_rate_init=float(rate), momentum=0, nesterovs_momentum=False, alpha=0,
            batch_size=self.batch, shuffle=False, tol=0, n_iter_no_change=10**9, **(adam or {}))
        self._start(data.layers, sizes[-1])

    def _start(self, layers, outputs):
        rows = slice(0, self.batch)  # a first step, undone below, makes the arrays and the optimizer
        if self.classes:
            self.model.partial_fit(self.inputs[rows], self.answers[rows], classes=np.arange(outputs))
        else:
            self.model.partial_fit(self.inputs[rows], self.answers[rows])
        for coefficients, intercepts, (weights, bias) in zip(self.model.coefs_, self.model.intercepts_, layers):
            coefficients[...] = weights
            intercepts[...] = bias
        del self.model._optimizer

    def train(self, steps):
        """Through the samples in order, in calls of at most one pass."""
        while steps > 0:
            samples = min(steps * self.batch, len(self.inputs))
            self.model.partial_fit(self.inputs[:samples], self.answers[:samples])
            steps -= samples // self.batch

    def infer(self, rows):
        return self.model.predict_proba(rows) if self.classes else self.model.predict(rows)

    def loss(self):
        outputs = self.infer(self.inputs).astype(float)
        if self.classes:
            return float(-np.log(outputs[np.arange(len(outputs)), self.answers]).mean())
        return float(((outputs - self.answers) ** 2).mean() / 2)


def calls_per_second(call, seconds):
    call(0)
    start, calls = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - start) < seconds:
        call(calls)
        calls += 1
    return calls / elapsed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", required=True)
    parser.add_argument("--mode", choices=["train", "infer"], required=True)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, default=1, help="set by OMP_NUM_THREADS and OPENBLAS_NUM_THREADS")
    options = parser.parse_args()
    fields, data = workloads.read(options.data, options.workload)
    net = Net(fields, data)
    if options.mode == "train":
        net.train(int(fields["check_steps"][0]))
        loss = net.loss()
        # one pass a call, or the cost of a call would weigh on every step
        steps = len(data.inputs) // net.batch
        rate = calls_per_second(lambda _: net.train(steps), options.seconds) * len(data.inputs)
    else:
        loss = net.loss()
        rows = np.split(data.inputs, len(data.inputs))
        rate = calls_per_second(lambda call: net.infer(rows[call % len(rows)]), options.seconds)
    print(json.dumps({"samples_per_second": rate, "loss": loss}))


if __name__ == "__main__":
    main()
