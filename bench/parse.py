"""Reading a CSV file of numbers: ours against pandas' C reader, alternately.

    python3 bench/parse.py PROGRAM [--megabytes 200] [--rounds 3] [--threads 2] [--digits 6] [--json]

PROGRAM is the built bench_parse. The file is made in a temporary folder from a fixed seed. The answers are compared
before anything is timed: rows, and the sum of every column. Needs pandas.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

COLUMNS = 20
SEED = 7


def make_file(path, megabytes, digits):
    """Normal numbers of `digits` significant digits, a whole number and a few missing fields among them."""
    random = np.random.default_rng(SEED)
    block = "".join(
        ",".join([str(random.integers(0, 100_000))] +
                 ["" if random.random() < 0.001 else f"{value:.{digits}g}" for value in row]) + "\n"
        for row in random.normal(scale=100, size=(20_000, COLUMNS - 1)))
    size = 0
    with open(path, "w") as out:
        size += out.write(",".join(f"x{i}" for i in range(COLUMNS)) + "\n")
        while size < megabytes * 1e6:
            size += out.write(block)
    return size


PANDAS = """
import json, resource, sys, time
import pandas
start = time.perf_counter()
table = pandas.read_csv(sys.argv[1], engine="c")
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "peak_bytes": peak, "rows": len(table),
                  "sums": [float(sum(table[c].dropna().tolist())) for c in table.columns] if len(sys.argv) > 2 else []}))
"""


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"bench/parse.py: {words[0]} failed")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--megabytes", type=float, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--digits", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/numbers.csv"
        size = make_file(path, options.megabytes, options.digits)
        program, threads = str(options.program.resolve()), str(options.threads)
        python = sys.executable
        ours, theirs = run(program, path, threads), run(python, "-c", PANDAS, path, "sums")
        # pandas' default parser may be off in the last place.
        close = np.allclose(ours["sums"], theirs["sums"], rtol=1e-9, atol=1e-3)
        if ours["rows"] != theirs["rows"] or not close:
            sys.exit("bench/parse.py: the two do not read the same numbers")
        rounds = [(run(program, path, threads), run(python, "-c", PANDAS, path)) for _ in range(options.rounds)]
    matrix = ours["rows"] * COLUMNS * 8
    result = {"bytes": size, "rows": ours["rows"], "columns": COLUMNS, "digits": options.digits,
              "threads": options.threads, "matrix_bytes": matrix}
    for name, side in (("ours", 0), ("pandas", 1)):
        seconds = [pair[side]["seconds"] for pair in rounds]
        result[name] = {"seconds": min(seconds), "all_seconds": seconds, "megabytes_per_second": size / min(seconds) / 1e6,
                        "peak_over_matrix": max(pair[side]["peak_bytes"] for pair in rounds) / matrix}
    result["times_faster"] = result["pandas"]["seconds"] / result["ours"]["seconds"]
    if options.json:
        print(json.dumps(result))
        return
    print(f"{size / 1e6:.0f} MB, {ours['rows']} rows × {COLUMNS} columns, {options.digits} digits; "
          f"best of {options.rounds}")
    print(f"{'':8}{'seconds':>9}{'MB/s':>8}{'peak memory / matrix':>23}")
    for name in ("ours", "pandas"):
        row = result[name]
        print(f"{name:8}{row['seconds']:9.3f}{row['megabytes_per_second']:8.0f}{row['peak_over_matrix']:23.2f}")
    print(f"{result['times_faster']:.1f} times as fast on {options.threads} threads")


if __name__ == "__main__":
    main()
