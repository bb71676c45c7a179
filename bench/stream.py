"""Memory and speed of training on a file larger than memory: python3 bench/stream.py [GB] [flags of kette train]

Writes a CSV of so many gigabytes (1 by default) from a fixed seed, trains once over it with kette train --stream, prints
the most memory that was used, the rate and the result, and removes the file. Uses the program build/release/kette and
Python's standard library.
"""

import json
import math
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "build/release/kette"
SEED = 1
NUMBERS = 12
TOWNS = ["Aachen", "Bonn", "Celle", "Dresden", "Emden", "Fulda", "Gera"]
BLOCK_ROWS = 20_000
BLOCKS = 25  # that differ; the file repeats them in random order


def row(draw):
    """Numbers, a town, and a label that follows from both."""
    numbers = [draw.gauss(0, 1) for _ in range(NUMBERS)]
    town = draw.randrange(len(TOWNS))
    score = numbers[0] * numbers[1] + math.sin(2 * numbers[2]) + (town % 3 - 1) + draw.gauss(0, 0.3)
    return ",".join(f"{value:.4f}" for value in numbers) + f",{TOWNS[town]},{'yes' if score > 0 else 'no'}\n"


def write_csv(path, size):
    """Returns the number of rows."""
    draw = random.Random(SEED)
    blocks = ["".join(row(draw) for _ in range(BLOCK_ROWS)).encode() for _ in range(BLOCKS)]
    rows = 0
    with open(path, "wb") as out:
        out.write((",".join(f"x{i}" for i in range(NUMBERS)) + ",town,label\n").encode())
        while out.tell() < size:
            out.write(blocks[draw.randrange(BLOCKS)])
            rows += BLOCK_ROWS
    return rows


def main(arguments):
    gigabytes = float(arguments.pop(0)) if arguments and not arguments[0].startswith("-") else 1.0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        rows = write_csv(path, gigabytes * 1e9)
        size = os.path.getsize(path)
        start = time.monotonic()
        done = subprocess.run([PROGRAM, "train", path, "--target", "label", "--stream", "--json", "--quiet", "--out",
                               os.path.join(folder, "model.onnx"), *arguments], stdout=subprocess.PIPE, text=True)
        seconds = time.monotonic() - start
    if done.returncode != 0:
        sys.exit(done.returncode)
    result = json.loads(done.stdout.splitlines()[-1])
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"file      {size / 1e9:.2f} GB, {rows:,} rows, seed {SEED}")
    print(f"memory    {most:.0f} MB at most")
    print(f"time      {seconds:.1f} s: {rows / seconds:,.0f} rows/s, {size / 1e6 / seconds:.0f} MB/s; "
          f"{result['step_seconds']:.1f} s in steps")
    print(f"accuracy  {result['accuracy']:.4f} on {result['test_rows']:,} held-out rows (always one label: "
          f"{result['baseline']:.4f})")


if __name__ == "__main__":
    main(sys.argv[1:])
