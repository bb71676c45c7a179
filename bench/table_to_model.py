#!/usr/bin/env python3
"""From a file to a saved model: kette beside scikit-learn's pipeline and MLP, the same nets and epochs, in turn.

    bench/table_to_model.py KETTE FOLDER [--rounds 3] [--json]

FOLDER holds adult/, california_housing/ and mnist/ as public sources give them. Every participant reads the file, fits
its preprocessing and network on the training rows, measures on the test rows and writes the model; the whole process is
timed. Accuracy is shown beside the time: a faster result that is worse is none."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

RIVAL = r"""
import json, sys, warnings, pickle
import numpy as np
warnings.filterwarnings("ignore")
name, folder, out = sys.argv[1:4]
from sklearn.neural_network import MLPClassifier, MLPRegressor
def columns(table, numbers):
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    names = [c for c in table.columns if c not in numbers]
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), names))
if name == "mnist":
    import gzip
    def idx(path):
        raw = gzip.open(path).read()
        dims = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dims)
    x = idx(f"{folder}/mnist/train-images-idx3-ubyte.gz").reshape(60000, -1) / np.float32(255)
    t = idx(f"{folder}/mnist/t10k-images-idx3-ubyte.gz").reshape(10000, -1) / np.float32(255)
    model = MLPClassifier((128,), max_iter=10, random_state=1).fit(x, idx(f"{folder}/mnist/train-labels-idx1-ubyte.gz"))
    score = model.score(t, idx(f"{folder}/mnist/t10k-labels-idx1-ubyte.gz"))
else:
    import pandas as pd
    from sklearn.pipeline import make_pipeline
    if name == "adult":
        read = lambda part: pd.read_csv(f"{folder}/adult/adult-{part}.csv", header=None, skipinitialspace=True, na_values="?")
        train, test = read("train"), read("test")
        y, ty = train.pop(14), test.pop(14).str.rstrip(".")
        numbers = [c for c in train.columns if train[c].dtype != object]
        for t in (train, test):
            for c in t.columns.difference(numbers): t[c] = t[c].fillna("?")
        model = make_pipeline(columns(train, numbers), MLPClassifier((64, 32), max_iter=22, random_state=1)).fit(train, y)
        score = model.score(test, ty)
    else:
        table = pd.read_csv(f"{folder}/california_housing/housing.csv")
        y = table.pop("median_house_value") / 1e5
        order = np.random.RandomState(1).permutation(len(y))
        cut = len(y) // 5
        train, test = order[cut:], order[:cut]
        numbers = [c for c in table.columns if c != "ocean_proximity"]
        model = make_pipeline(columns(table, numbers), MLPRegressor((64, 64), max_iter=69, random_state=1))
        model.fit(table.iloc[train], y.iloc[train])
        score = float(np.sqrt(np.mean((model.predict(table.iloc[test]) - y.iloc[test]) ** 2)))
pickle.dump(model, open(out, "wb"))
print(json.dumps({"score": score}))
"""

WORKLOADS = {
    "adult 64-32, 22 epochs": ("adult", "accuracy", lambda f: [
        f"{f}/adult/adult-train.csv", "--target", "column_15", "--test", f"{f}/adult/adult-test.csv",
        "--hidden", "64,32", "--epochs", "22", "--validation", "0"]),
    "california 64-64, 69 epochs": ("california", "rmse", lambda f: [
        f"{f}/california_housing/housing.csv", "--target", "median_house_value", "--hidden", "64,64", "--epochs", "69",
        "--validation", "0"]),
    "MNIST 784-128-10, 10 epochs": ("mnist", "accuracy", lambda f: [
        f"{f}/mnist/train-images-idx3-ubyte.gz", "--target", "label", "--test", f"{f}/mnist/t10k-images-idx3-ubyte.gz",
        "--hidden", "128", "--epochs", "10", "--validation", "0"]),
}


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:3])}: {done.stderr.strip()}")
    return time.perf_counter() - start, json.loads(done.stdout.strip().splitlines()[-1])


def interpreter():
    for python in ("/usr/bin/python3", "python3"):
        if subprocess.run([python, "-c", "import sklearn, pandas"], capture_output=True).returncode == 0:
            return python
    sys.exit("no python3 here can import sklearn and pandas (Debian: apt-get install python3-sklearn python3-pandas)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kette")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    python, rows = interpreter(), []
    for workload, (name, measure, arguments) in WORKLOADS.items():
        ours, theirs = [], []
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(options.rounds):
                seconds, result = timed([options.kette, "train", *arguments(options.folder), "--json", "--quiet",
                                         "--out", os.path.join(folder, "ours.onnx")])
                ours.append(seconds)
                seconds, rival = timed([python, "-c", RIVAL, name, options.folder, os.path.join(folder, "theirs")])
                theirs.append(seconds)
        score = result[measure] / (1e5 if name == "california" else 1)
        rows.append({"workload": workload, "ours": statistics.median(ours), "scikit-learn": statistics.median(theirs),
                     "ratio": statistics.median(b / a for a, b in zip(ours, theirs)), "measure": measure,
                     "ours_score": score, "scikit-learn_score": rival["score"]})
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'workload':<30}{'ours s':>8}{'sklearn s':>11}{'ratio':>7}   {'measure':<10}{'ours':>8}{'sklearn':>9}")
    for row in rows:
        print(f"{row['workload']:<30}{row['ours']:>8.2f}{row['scikit-learn']:>11.2f}{row['ratio']:>7.2f}   "
              f"{row['measure']:<10}{row['ours_score']:>8.4f}{row['scikit-learn_score']:>9.4f}")


if __name__ == "__main__":
    main()
