"""The accuracy of 784-128-10 on MNIST's test images after ten epochs: python3 bench/mnist.py FOLDER [flags of kette train]

FOLDER holds MNIST's four files, gzipped IDX. Uses the program build/release/kette and Python's standard library.
"""

import gzip
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "build/release/kette"


def read_idx(path):
    """(dims, bytes)"""
    try:
        data = gzip.open(path).read()
    except OSError as error:
        sys.exit(f"bench/mnist.py: {path}: {error.strerror or error}")
    rank = data[3]
    return struct.unpack(f">{rank}I", data[4:4 + 4 * rank]), data[4 + 4 * rank:]


def write_csv(folder, part, path):
    (rows, height, width), pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    _, labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz")
    size = height * width
    with open(path, "w") as out:
        print("digit", *(f"pixel_{i}" for i in range(size)), sep=",", file=out)
        for row in range(rows):
            print(labels[row], *pixels[row * size:(row + 1) * size], sep=",", file=out)


def kette(*words):
    done = subprocess.run([PROGRAM, *words, "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(done.returncode)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    folder, flags = pathlib.Path(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as work:
        model = f"{work}/mnist.onnx"
        for part in ("train", "t10k"):
            write_csv(folder, part, f"{work}/{part}.csv")
        trained = kette("train", f"{work}/train.csv", "--target", "digit", "--hidden", "128", "--epochs", "10",
                        "--test-size", "0", "--out", model, "--quiet", *flags)
        tested = kette("evaluate", model, f"{work}/t10k.csv")
    print(f"{trained['epochs']} epochs in {trained['seconds']:.1f} s, accuracy {tested['accuracy']:.4f} "
          f"on {tested['rows']} test images")


if __name__ == "__main__":
    main()
