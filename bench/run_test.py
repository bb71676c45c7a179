"""python3 -m unittest bench/run_test.py: what the driver makes of the participants' answers."""

import pathlib
import sys
import types
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import run

OPTIONS = types.SimpleNamespace(rounds=3, seconds=1.0, rivals_only=False)


def row(name):
    return next(row for row in run.all_rows(1) if row.name == name)


class Driver(unittest.TestCase):
    def answers(self, rates, loss_factor=1.0):
        """Stands in for the participants: each answers with its rate, and the right loss times the factor."""
        expected = run.Expected()
        names = {str(words[-1]): name for name, words in run.COMMANDS.items() if name != run.OURS_ALONE}

        def call(command, threads):
            words = list(map(str, command))
            if words[0].endswith("limit"):
                return {"gflops": 100}
            self.calls.append(name := names[next(word for word in words if word in names)])
            rate = rates[name][threads - 1] if isinstance(rates[name], tuple) else rates[name]
            return {"samples_per_second": rate, "loss": loss_factor * expected.loss(self.row, name)}

        self.calls = []
        return mock.patch.object(run, "call", call)

    def test_a_row_holds_medians_ratio_and_share_of_the_limit(self):
        self.row = row("784-128-10")
        with self.answers({"kette": 300e3, "libtorch": 150e3, "fann": 9e3, "scikit-learn": 60e3}):
            result, _ = run.run_row(self.row, OPTIONS, run.Expected())
        self.assertEqual(set(result), {"workload", "threads", "ours", "rivals", "ratio", "limit_share"})
        self.assertEqual(result["ratio"], 2)
        flops = 2 * (784 * 128 + 128 * 10) * 2 + 2 * 128 * 10  # forward and dW of both layers, dX of the second
        self.assertAlmostEqual(result["limit_share"], 300e3 * flops / 100e9)
        self.assertEqual(self.calls[:6], ["kette", "libtorch", "kette", "fann", "kette", "scikit-learn"])

    def test_two_threads_are_compared_with_one(self):
        self.row = row("784-1024-1024-10-2-threads")
        with self.answers({"kette": (8e3, 14e3)}):
            result, _ = run.run_row(self.row, OPTIONS, run.Expected())
        self.assertEqual((result["threads"], result["ours"], result["ratio"]), (2, 14e3, 1.75))
        self.assertEqual(result["rivals"], {"kette-1-thread": 8e3})

    def test_a_wrong_loss_is_refused(self):
        self.row = row("3-4-1")
        with self.answers({"kette": 1, "libtorch": 1, "fann": 1, "scikit-learn": 1}, loss_factor=1.001):
            with self.assertRaisesRegex(run.BenchError, "the loss of kette is .* the float64 reference's"):
                run.run_row(self.row, OPTIONS, run.Expected())

    def test_figures_have_three_significant_digits(self):
        self.assertEqual([run.figure(v) for v in (8.3e6, 17.04e3, 999.0, None)], ["8.30 M", "17.0 k", "999  ", "-"])


if __name__ == "__main__":
    unittest.main()
