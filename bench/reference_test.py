"""python3 -m unittest bench/reference_test.py: the reference's gradients against central differences."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import numpy as np

import reference
import workloads

SMALL = [w for w in workloads.WORKLOADS if w.forward_flops() < 20000]


class Reference(unittest.TestCase):
    def test_gradients_agree_with_central_differences(self):
        for workload in SMALL:
            data = workloads.generate(workload)
            inputs, targets = data.inputs[:5].astype(float), data.targets[:5].astype(float)
            layers = [(w.astype(float), b.astype(float)) for w, b in data.layers]
            slopes = reference.gradients(workload, layers, inputs, targets)
            rng = np.random.default_rng(1)
            for layer, layer_slopes in zip(layers, slopes):
                for parameter, slope in zip(layer, layer_slopes):
                    direction = rng.standard_normal(parameter.shape)
                    losses = []
                    for step in (1e-6, -1e-6):
                        parameter += step * direction
                        losses.append(reference.loss(workload, reference.forward(workload, layers, inputs)[1][-1], targets))
                        parameter -= step * direction
                    difference = (losses[0] - losses[1]) / 2e-6
                    self.assertAlmostEqual(difference, float((slope * direction).sum()), delta=1e-7, msg=workload.name)

    def test_every_check_moves_the_loss_far_beyond_the_tolerance(self):
        for workload in workloads.WORKLOADS:
            data = workloads.generate(workload)
            before = reference.loss_after(workload, data, 0)
            after = reference.loss_after(workload, data, workload.check_steps)
            self.assertLess(after, 0.98 * before, workload.name)


if __name__ == "__main__":
    unittest.main()
