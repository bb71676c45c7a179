"""Runs the workloads, ours and the rivals' alternately, and prints samples per second; started by script/bench."""

import argparse
import dataclasses
import fnmatch
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys

import reference
import workloads

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = ROOT / "build/bench/data"
RIVALS_BUILD = ROOT / "build/bench/rivals"
OURS_BUILD = ROOT / "build/release"
OURS = "kette"
OURS_ALONE = "kette-1-thread"
TOLERANCE = 1e-4  # relative, of the loss after check_steps in float32 against float64
COMMANDS = {
    OURS: [OURS_BUILD / "bench/bench_ours"],
    OURS_ALONE: [OURS_BUILD / "bench/bench_ours"],
    "libtorch": [RIVALS_BUILD / "torch"],
    "fann": [RIVALS_BUILD / "fann"],
    "scikit-learn": [sys.executable, ROOT / "bench/rivals/sklearn_mlp.py"],
}


class BenchError(Exception):
    """One line for the user."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: a workload's training step or its one-row inference, against some rivals."""

    name: str
    title: str
    workload: workloads.Workload
    mode: str
    threads: int
    rivals: tuple

    def flops(self):
        return self.workload.training_flops() if self.mode == "train" else self.workload.forward_flops()


def all_rows(threads):
    rows, nets = [], set()
    for workload in workloads.WORKLOADS:
        # FANN has no Adam; a step of the largest net takes it near a second
        fann = ("fann",) if workload.optimizer[0] == "sgd" and workload.forward_flops() < 1e6 else ()
        rows.append(Row(workload.name, workload.title, workload, "train", threads, ("libtorch", *fann, "scikit-learn")))
    largest = workloads.WORKLOADS[-1]
    rows.append(Row(f"{largest.name}-2-threads", largest.title, largest, "train", 2, (OURS_ALONE,)))
    for workload in workloads.WORKLOADS:
        if workload.net not in nets:
            nets.add(workload.net)
            rows.append(Row(f"{workload.net}-infer", f"{workload.net} inference of one row", workload, "infer",
                            threads, ("libtorch", "fann", "scikit-learn")))
    return rows


def environment(threads):
    """OpenBLAS in place of Debian's default reference BLAS, and one thread count for every library."""
    result = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    blas = pathlib.Path("/usr/lib/x86_64-linux-gnu/openblas-openmp")
    if blas.exists():
        result["LD_LIBRARY_PATH"] = f"{blas}:{os.environ.get('LD_LIBRARY_PATH', '')}"
    return result


def call(command, threads):
    """The program's one line of JSON."""
    words = [str(word) for word in command] + ["--threads", str(threads)]
    try:
        done = subprocess.run(words, env=environment(threads), capture_output=True, text=True)
    except OSError as error:
        raise BenchError(f"{words[0]}: {error.strerror}") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise BenchError(f"{pathlib.Path(words[0]).name}: {last[0]}")
    return json.loads(done.stdout)


class Expected:
    """Losses of the float64 reference, each computed once."""

    def __init__(self):
        self.losses = {}

    def loss(self, row, participant):
        workload, _ = reference.variant(row.workload, participant)
        steps = workload.check_steps if row.mode == "train" else 0
        if (workload, steps) not in self.losses:
            self.losses[workload, steps] = reference.loss_after(workload, workloads.generate(row.workload), steps)
        return self.losses[workload, steps]


def samples_per_second(row, participant, seconds, expected):
    threads = 1 if participant == OURS_ALONE else row.threads
    answer = call(COMMANDS[participant] + ["--workload", row.workload.name, "--mode", row.mode, "--seconds", seconds,
                                           "--data", DATA], threads)
    wanted = expected.loss(row, participant)
    if not math.isclose(answer["loss"], wanted, rel_tol=TOLERANCE):
        raise BenchError(f"{row.name}: the loss of {participant} is {answer['loss']:.8g}, "
                         f"the float64 reference's {wanted:.8g}")
    return answer["samples_per_second"]


def run_row(row, options, expected):
    """Medians over the rounds; in each, ours runs before every rival."""
    ours, limits, rivals = [], [], {name: [] for name in row.rivals}
    for _ in range(options.rounds):
        limits.append(call([RIVALS_BUILD / "limit", "--seconds", options.seconds / 2], 1)["gflops"] * 1e9)
        for name in row.rivals:
            if not options.rivals_only:
                ours.append(samples_per_second(row, OURS, options.seconds, expected))
            if name != OURS_ALONE or not options.rivals_only:
                rivals[name].append(samples_per_second(row, name, options.seconds, expected))
    medians = {name: statistics.median(rates) for name, rates in rivals.items() if rates}
    result = {"workload": row.title, "threads": row.threads, "ours": None, "rivals": medians, "ratio": None,
              "limit_share": None}
    if ours:
        result["ours"] = statistics.median(ours)
        result["ratio"] = result["ours"] / max(medians.values())
        result["limit_share"] = result["ours"] * row.flops() / (statistics.median(limits) * row.threads)
    return result, statistics.median(limits)


def build(ours):
    """Progress goes to standard error: standard output is for the figures."""
    def run(*words):
        if subprocess.run([str(word) for word in words], cwd=ROOT, stdout=sys.stderr).returncode != 0:
            raise BenchError(f"failed: {' '.join(map(str, words))}")

    run("cmake", "-S", "bench/rivals", "-B", RIVALS_BUILD, "-G", "Ninja", "--log-level=WARNING")
    run("cmake", "--build", RIVALS_BUILD)
    if ours:
        run("cmake", "--preset", "release", "-DKETTE_BUILD_BENCH=ON", "--log-level=WARNING")
        run("cmake", "--build", OURS_BUILD, "--target", "bench_ours")


def figure(value):
    """Three significant digits: 8.30 M, 17.0 k."""
    if value is None:
        return "-"
    for factor, unit in ((1e6, " M"), (1e3, " k"), (1, "  ")):
        if value >= factor:
            return f"{value / factor:.{max(0, 2 - int(math.log10(value / factor)))}f}{unit}"
    return f"{value:.3g}  "


def print_table(rows, results, limits):
    names = ["libtorch", "fann", "scikit-learn"]
    notes = []
    lines = [["workload", "threads", "ours", "LibTorch", "FANN", "scikit-learn", "ratio", "of limit"]]
    for row, result in zip(rows, results):
        cells = []
        for name in names:
            _, reason = reference.variant(row.workload, name)
            cell = figure(result["rivals"].get(name))
            if reason and name in result["rivals"]:
                if reason not in notes:
                    notes.append(reason)
                cell += f" [{notes.index(reason) + 1}]"
            cells.append(cell)
        if OURS_ALONE in result["rivals"]:
            cells[0] = f"(ours, 1 thread: {figure(result['rivals'][OURS_ALONE]).strip()})"
        lines.append([row.title, str(row.threads), figure(result["ours"]), *cells,
                      "-" if result["ratio"] is None else f"{result['ratio']:.2f}",
                      "-" if result["limit_share"] is None else f"{result['limit_share']:.0%}"])
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print(line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:])), sep="  ")
    print("\nSamples per second, median; every loss agrees with a float64 reference. ratio: ours to the best rival.")
    print(f"Limit: the step's matmul FLOPs at the measured {statistics.median(limits) / 1e9:.0f} GFLOP/s of one thread, "
          "times the threads.\nInference is one forward pass to the scores (scikit-learn: predict or predict_proba).")
    for number, reason in enumerate(notes, 1):
        print(f"[{number}] {reason}.")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="script/bench", description="Training steps and inference of one row against "
                                     "LibTorch, FANN and scikit-learn, in samples per second.")
    parser.add_argument("--json", action="store_true", help="print an array of rows and nothing else")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.2 s in place of 5 of 1 s")
    parser.add_argument("--workload", action="append", metavar="NAME", help="only this row (repeatable; *-infer works)")
    parser.add_argument("--threads", type=int, default=1, metavar="K", help="for every participant (default 1)")
    parser.add_argument("--rounds", type=int, metavar="R")
    parser.add_argument("--seconds", type=float, metavar="S", help="of each timed run")
    parser.add_argument("--rivals-only", action="store_true", help="neither build nor run our own side")
    parser.add_argument("--ours", type=pathlib.Path, metavar="PROGRAM", help="our side, already built elsewhere")
    parser.add_argument("--no-build", action="store_true", help="time what was built before")
    parser.add_argument("--list", action="store_true", help="print the names of the rows and stop")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 5)
    options.seconds = options.seconds or (0.2 if options.quick else 1.0)
    if options.threads < 1 or options.rounds < 1 or options.seconds <= 0:
        parser.error("--threads, --rounds and --seconds must be positive")
    return options


def chosen_rows(options):
    rows = all_rows(options.threads)
    for pattern in options.workload or []:
        if not any(fnmatch.fnmatchcase(row.name, pattern) for row in rows):
            raise BenchError(f'no workload "{pattern}"; there are: {", ".join(row.name for row in rows)}')
    patterns = options.workload or ["*"]
    rows = [row for row in rows if any(fnmatch.fnmatchcase(row.name, pattern) for pattern in patterns)]
    return [row for row in rows if not (options.rivals_only and row.rivals == (OURS_ALONE,))]


def main():
    options = parse_arguments()
    rows = chosen_rows(options)
    if options.list:
        print("\n".join(row.name for row in rows))
        return
    if options.ours:
        COMMANDS[OURS] = COMMANDS[OURS_ALONE] = [options.ours.resolve()]
    if not options.no_build:
        build(ours=not (options.rivals_only or options.ours))
    for workload in {row.workload.name: row.workload for row in rows}.values():
        workloads.write(workload, workloads.generate(workload), DATA)
    expected, results, limits = Expected(), [], []
    for number, row in enumerate(rows, 1):
        print(f"[{number}/{len(rows)}] {row.name}", file=sys.stderr)
        result, limit = run_row(row, options, expected)
        results.append(result)
        limits.append(limit)
    if options.json:
        print(json.dumps(results, indent=1))
    else:
        print_table(rows, results, limits)


if __name__ == "__main__":
    try:
        main()
    except BenchError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
