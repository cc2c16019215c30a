#!/usr/bin/env python3
"""Tries one change after another and keeps only those that are better than seed noise explains.

    python3 loop.py BASE.json CHANGE.json... [--suite SUITE] [--rounds N] [--changes N]

Each CHANGE holds the keys in which a recipe differs from what was kept before it, such as
{"optimizer": {"learningRate": 0.02}}. A file of JSON lines holds many, each as {"name": ..., "change": {...}}, with
"doesNothing": true for a planted one that must not be kept. results.tsv says what became of every change, best.json is
what was kept. In a loop that writes its own changes, call `attempt` with what the agent proposes.
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


def compare(suite, first_seed, decisions):
    """The decision of `scalebench compare --tried`, and its exit status."""
    command = ["scalebench", "compare", "best.json", "candidate.json", "--predict-only", "--all-rungs", "--quiet"]
    command += ["--tried", str(decisions), "--first-seed", str(first_seed)] + (["--suite", suite] if suite else [])
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode not in (KEEP, DISCARD, AGAIN):
        raise SystemExit(done.returncode)
    return json.loads(done.stdout.splitlines()[-1]), done.returncode


def attempt(name, change, suite, rounds, changes):
    """Tries one of so many changes; whether it is kept."""
    best = json.loads(pathlib.Path("best.json").read_text())
    candidate = merged(best, change) | {"name": name}
    pathlib.Path("candidate.json").write_text(json.dumps(candidate, indent=2))
    status = AGAIN
    # Every round adds fresh seeds of both, and is one more chance to keep noise, so that all rounds of all changes share
    # the probability of it. A change that is not decided in the last round is not worth more.
    for round_ in range(rounds):
        decision, status = compare(suite, 100 * round_, rounds * changes)
        if status != AGAIN:
            break
    with open("results.tsv", "a") as table:
        gap = decision["relativeGap"]
        change_ = f"{gap['point']:+.5f}" if gap else ""
        chance = "" if decision["probabilityBetter"] is None else f"{decision['probabilityBetter']:.5f}"
        fades = "may fade" if decision["mayFade"] and status == KEEP else ""
        table.write(f"{name}\t{'keep' if status == KEEP else 'discard'}\t{change_}\t{chance}\t{round_ + 1}\t{fades}\n")
    if status == KEEP:
        pathlib.Path("candidate.json").rename("best.json")
    return status == KEEP


def read_changes(paths):
    """The changes of all files."""
    for path in map(pathlib.Path, paths):
        if path.suffix == ".jsonl":
            yield from map(json.loads, path.read_text().splitlines())
        else:
            yield {"name": path.stem, "change": json.loads(path.read_text())}


def results():
    """What became of the changes tried so far, by name."""
    rows = (line.split("\t") for line in pathlib.Path("results.tsv").read_text().splitlines()[1:])
    return {row[0]: row[1] for row in rows}


def summary(changes):
    """How many changes were kept, and how many of those that do nothing."""
    kept = [change for change in changes if results()[change["name"]] == "keep"]
    nothing = [change for change in changes if change.get("doesNothing")]
    kept_nothing = sum(bool(change.get("doesNothing")) for change in kept)
    text = f"Kept {len(kept) - kept_nothing} of {len(changes) - len(nothing)} changes"
    return text + (f", and {kept_nothing} of {len(nothing)} that do nothing" if nothing else "") + "."


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("change_files", nargs="+")
    parser.add_argument("--suite")
    parser.add_argument("--rounds", type=int, default=3, help="how often a change is run again at most")
    parser.add_argument("--changes", type=int, help="how many changes the loop will try in all; default: those given")
    options = parser.parse_args()
    if not pathlib.Path("best.json").exists():
        pathlib.Path("best.json").write_text(pathlib.Path(options.base).read_text())
        pathlib.Path("results.tsv").write_text("change\tstatus\tgap\tprobability\trounds\tnote\n")
    changes = list(read_changes(options.change_files))
    for change in changes:
        if change["name"] not in results():
            kept = attempt(change["name"], change["change"], options.suite, options.rounds,
                           options.changes or len(changes))
            print(f"{change['name']}: {'kept' if kept else 'discarded'}", flush=True)
    print(summary(changes))


if __name__ == "__main__":
    main()
