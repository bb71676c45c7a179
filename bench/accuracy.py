#!/usr/bin/env python3
"""How good `kette train` is on public sets with nothing chosen but the time.

    bench/accuracy.py KETTE FOLDER [--time 60s] [--sets adult,titanic,…] [--splits 20] [--json]

FOLDER holds adult/, california_housing/, mnist/, titanic/ and uci_regression_splits/ as public sources give them. Test
rows are a set's own (files or given splits), else 20 % held out by the seed; small sets are run with five seeds. The test
rows go to kette as a file of their own, which it looks at once, at the end."""
import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile


def train(options, arguments, measure):
    command = [options.kette, "train", *arguments, "--time", options.time, "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])[measure]


def adult(options, out):
    folder = os.path.join(options.folder, "adult")
    return [train(options, [f"{folder}/adult-train.csv", "--target", "column_15", "--test", f"{folder}/adult-test.csv",
                            "--seed", str(seed), "--out", out], "accuracy") for seed in (1, 2)]


def california(options, out):
    path = os.path.join(options.folder, "california_housing", "housing.csv")
    return [train(options, [path, "--target", "median_house_value", "--seed", str(seed), "--out", out], "rmse") / 1e5
            for seed in (1, 2, 3)]


def mnist(options, out):
    folder = os.path.join(options.folder, "mnist")
    return [train(options, [f"{folder}/train-images-idx3-ubyte.gz", "--target", "label", "--test",
                            f"{folder}/t10k-images-idx3-ubyte.gz", "--out", out], "accuracy")]


def titanic(options, out):
    path = os.path.join(options.folder, "titanic", "titanic.csv")
    return [train(options, [path, "--target", "Survived", "--seed", str(seed), "--out", out], "accuracy")
            for seed in range(1, 6)]


def uci(name):
    def run(options, out):
        folder = os.path.join(options.folder, "uci_regression_splits", name)
        folder = os.path.join(folder, "data") if os.path.isdir(os.path.join(folder, "data")) else folder
        read = lambda file: open(os.path.join(folder, file)).read()
        rows = [line.split() for line in read("data.txt").splitlines() if line.strip()]
        indices = lambda file: [int(float(x)) for x in read(file).split()]
        features, target = indices("index_features.txt"), indices("index_target.txt")[0]
        found = []
        for split in range(options.splits):
            paths = []
            for part in ("train", "test"):
                paths.append(os.path.join(os.path.dirname(out), part + ".csv"))
                with open(paths[-1], "w", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow([f"x{i}" for i in features] + ["y"])
                    for row in indices(f"index_{part}_{split}.txt"):
                        writer.writerow([rows[row][i] for i in features] + [rows[row][target]])
            found.append(train(options, [paths[0], "--target", "y", "--task", "regression", "--test", paths[1],
                                         "--out", out], "rmse"))
        return found
    return run


SETS = {"adult": (adult, "accuracy"), "california": (california, "rmse"), "titanic": (titanic, "accuracy"),
        "mnist": (mnist, "accuracy"), "wine-quality-red": (uci("wine-quality-red"), "rmse"),
        "concrete": (uci("concrete"), "rmse"), "yacht": (uci("yacht"), "rmse")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kette")
    parser.add_argument("folder")
    parser.add_argument("--time", default="60s")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for name in options.sets.split(","):
        run, measure = SETS[name]
        with tempfile.TemporaryDirectory() as folder:
            values = run(options, os.path.join(folder, "model.onnx"))
        rows.append({"set": name, "measure": measure, "mean": statistics.mean(values), "runs": values})
        if not options.json:
            print(f"{name:<20}{measure:<10}{rows[-1]['mean']:>9.4f}   runs: {' '.join(f'{v:.4f}' for v in values)}",
                  flush=True)
    if options.json:
        print(json.dumps(rows))


if __name__ == "__main__":
    main()
