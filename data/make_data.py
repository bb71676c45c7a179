#!/usr/bin/python3
"""Writes the CSV files of this folder from the copies that scikit-learn's package carries.

Debian: apt-get install python3-sklearn. Run it with any interpreter; it looks for one that has scikit-learn.
"""
import csv
import importlib.util
import os
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent


def restart_with_sklearn():
    """Debian's packages belong to /usr/bin/python3, which need not be the first python3 of the path."""
    debian = "/usr/bin/python3"
    if os.path.exists(debian) and os.environ.get("KETTE_RESTARTED") is None:
        os.environ["KETTE_RESTARTED"] = "1"
        os.execv(debian, [debian, *sys.argv])
    sys.exit("make_data.py: no Python with scikit-learn found; install the package python3-sklearn")


def shortest(value):
    """5.0 → 5, 0.1 → 0.1: the shortest text that reads back as the same number."""
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)


def write(name, header, rows):
    path = FOLDER / name
    temporary = path.with_suffix(".csv.tmp")
    with open(temporary, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    os.replace(temporary, path)
    print(f"{path}: {len(rows)} rows, {len(header)} columns")


def main():
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

    diabetes = load_diabetes(scaled=False)
    write("diabetes.csv", [*diabetes.feature_names, "target"],
          [[*map(shortest, x), shortest(y)] for x, y in zip(diabetes.data, diabetes.target)])

    cancer = load_breast_cancer()
    write("breast_cancer.csv", [*(name.replace(" ", "_") for name in cancer.feature_names), "diagnosis"],
          [[*map(shortest, x), cancer.target_names[y]] for x, y in zip(cancer.data, cancer.target)])

    digits = load_digits()
    write("digits.csv", [*(f"pixel_{row}_{column}" for row in range(8) for column in range(8)), "digit"],
          [[*map(shortest, x), int(y)] for x, y in zip(digits.data, digits.target)])


if __name__ == "__main__":
    if importlib.util.find_spec("sklearn") is None:
        restart_with_sklearn()
    main()
