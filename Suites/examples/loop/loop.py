#!/usr/bin/env python3
"""Tries one change after another and keeps only those that are better than seed noise explains.

    python3 loop.py BASE.json CHANGE.json... [--suite SUITE] [--rounds N]

Each CHANGE holds the keys in which a recipe differs from what was kept before it, such as
{"optimizer": {"learningRate": 0.02}}. results.tsv says what became of every change, best.json is what was kept.
In a loop that writes its own changes, call `attempt` with what the agent proposes.
"""
import argparse
import json
import pathlib
import subprocess

KEEP, DISCARD, AGAIN = 0, 4, 5


def merged(base, change):
    """The base with the keys of the change, also inside of objects."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    return base | {key: merged(base.get(key), value) for key, value in change.items()}


def compare(best, candidate, suite, first_seed):
    """The decision of `scalebench compare --tried`, and its exit status."""
    command = ["scalebench", "compare", best, candidate, "--predict-only", "--all-rungs", "--quiet"]
    command += ["--tried", "results.tsv", "--first-seed", str(first_seed)] + (["--suite", suite] if suite else [])
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode not in (KEEP, DISCARD, AGAIN):
        raise SystemExit(done.returncode)
    return json.loads(done.stdout.splitlines()[-1]), done.returncode


def attempt(name, change, suite, rounds):
    """Tries one change; whether it is kept."""
    best = json.loads(pathlib.Path("best.json").read_text())
    candidate = merged(best, change) | {"name": name}
    pathlib.Path("candidate.json").write_text(json.dumps(candidate, indent=2))
    status = AGAIN
    # Every round adds fresh seeds of both; a change that is not decided in the last one is not worth more.
    for round_ in range(rounds):
        decision, status = compare("best.json", "candidate.json", suite, 100 * round_)
        if status != AGAIN:
            break
    with open("results.tsv", "a") as table:
        gap = decision["relativeGap"]
        change_ = f"{gap['point']:+.5f}" if gap else ""
        chance = "" if decision["probabilityBetter"] is None else f"{decision['probabilityBetter']:.5f}"
        fades = "may fade" if decision["mayFade"] else ""
        table.write(f"{name}\t{'keep' if status == KEEP else 'discard'}\t{change_}\t{chance}\t{fades}\n")
    if status == KEEP:
        pathlib.Path("candidate.json").rename("best.json")
    return status == KEEP


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("changes", nargs="+")
    parser.add_argument("--suite")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not pathlib.Path("best.json").exists():
        pathlib.Path("best.json").write_text(pathlib.Path(options.base).read_text())
        pathlib.Path("results.tsv").write_text("change\tstatus\tgap\tprobability\tnote\n")
    tried = {line.split("\t")[0] for line in pathlib.Path("results.tsv").read_text().splitlines()[1:]}
    for path in options.changes:
        name = pathlib.Path(path).stem
        if name not in tried:
            kept = attempt(name, json.loads(pathlib.Path(path).read_text()), options.suite, options.rounds)
            print(f"{name}: {'kept' if kept else 'discarded'}", flush=True)


if __name__ == "__main__":
    main()
