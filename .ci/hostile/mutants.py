"""Damaged files: whatever a command reads, it ends by itself with a result or with an error for users."""
import collections
import multiprocessing
import os
import pathlib
import random
import shlex
import shutil
import subprocess

import materials
import questions
from mutations import NUMBERS, WORDS, mutate
from tool import ROOT, TOOL, run, temporary_files, unexplained

WEIGHTS = {"tables": 28, "logs": 20, "configurations": 20, "data": 14, "stores": 11, "baselines": 5, "checkpoints": 1, "arguments": 5}
ARGUMENTS = [
    ["compare", "--runs", "plain.csv", "--target-scale", "?"], ["compare", "--runs", "plain.csv", "--target-scale", "1e9", "--where", "?"],
    ["compare", "--runs", "plain.csv", "--target-scale", "1e9", "--columns", "?"], ["compare", "--runs", "?", "--target-scale", "1e9"],
    ["compare", "--runs", "plain.csv", "--target-scale", "1e9", "--tried", "?"], ["compare", "?", "--dry-run"],
    ["compare", "--runs", "plain.csv", "--target-scale", "1e9", "--metric", "?"], ["compare", "--dry-run", "--budget", "?"],
    ["compare", "--runs", "plain.csv", "--target-parameters", "?", "--target-tokens", "?"], ["compare", "--dry-run", "--workers", "?"],
    ["compare", "--dry-run", "--first-seed", "?"], ["compare", "--dry-run", "--until", "?"], ["compare", "--suite", "?", "--dry-run"],
    ["fit", "plain.csv", "--budget", "?"], ["fit", "plain.csv", "--delta", "?"], ["fit", "plain.csv", "--target-scale", "?"],
    ["fit", "plain.csv", "--flops-per-pair", "?"], ["fit", "plain.csv", "--over", "?"], ["runs", "import", "plain.csv", "--name-pattern", "?"],
    ["runs", "import", "plain.csv", "--parameters", "?"], ["runs", "remove", "--older-than", "?"], ["runs", "show", "?"],
    ["history", "--limit", "?"], ["nightly", "?"], ["nightly", "nights.json", "--date", "?"], ["site", "?"], ["leaderboard", "--store", "?"],
    ["data", "inspect", "known-entropy", "--tokens", "?"], ["data", "build", "--text", "plain.csv", "--name", "?"], ["?"], ["data", "?"]]

state = {}


def share(work, seed, found):
    state.update(work=work, seed=seed, materials=found)


def words_of(random_source):
    """What no option expects; a file name that begins with a slash would leave the folder."""
    word = random_source.choice(NUMBERS + WORDS + [b"-5", b"1e3h", b"9" * 400, b"0b", b"=", b"a=b=c", b"{candidate}{candidate}", b"2026-02-30"])
    return word.replace(b"\0", b"").replace(b"/dev/zero", b"/dev/null").decode("utf-8", "surrogateescape")


def make(index, folder):
    """Mutant number `index`: its files lie in `folder`. Its family, its command, its variables and the right answer."""
    source = random.Random(f"{state['seed']}-{index}")
    family = source.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if family == "arguments":
        folder.mkdir(parents=True)
        text = materials.made_tables(folder, source)["plain.csv"]
        (folder / "plain.csv").write_text(text)
        command = [words_of(source) if word == "?" else word for word in source.choice(ARGUMENTS)]
        return family, command, {}, None
    material = source.choice(state["materials"][family])
    shutil.copytree(material.folder, folder, ignore=shutil.ignore_patterns("temporary"))
    name = source.choice(material.files)
    donor = source.choice(state["materials"][source.choice([family, family, "tables", "configurations"])])
    other = (donor.folder / source.choice(donor.files)).read_bytes()
    data = mutate(name, (folder / name).read_bytes(), source, other)
    if name.endswith(".zst") and "plain" in material.folder.name:
        data = subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout
    (folder / name).write_bytes(data)
    values = {"{file}": name, "{folder}": "logs", "{candidate}": name if "candidates/" in name else "other.json"}
    command = [values.get(word, word) for word in source.choice(material.commands)]
    return family, command, material.variables, material.answer


def judge(index):
    """Runs one mutant."""
    folder = state["work"] / f"mutant-{index}"
    family, command, variables, right = make(index, folder)
    commands = [command]
    if family == "logs":
        commands.append(["runs", "export", "--table"] if index % 2 else ["runs", "list", "--json"])
    if family in ("stores", "checkpoints") and command[0] != "doctor":
        commands.append(["doctor", "--json"])
    faults, results = [], []
    for words in commands:
        result = run(words, folder, variables)
        results.append(result)
        faults += [f"{fault} ({words[0]})" for fault in result.faults()]
    if right is not None and results[0].status == 0 and questions.answer(results[0]) != right:
        faults.append("wrong result: a damaged checkpoint changed the answer")
    faults += [f"left file: {name}" for name in temporary_files(folder)]
    if family in ("stores", "checkpoints") and results[-1].arguments[0] == "doctor":
        report = results[-1].output.decode(errors="replace")
        faults += [f"unexplained file: {name}" for name in unexplained(folder / ".scalebench", report)]
    shutil.rmtree(folder)
    if faults:
        keep(index, faults, commands, variables, results)
    return index, family, faults, results[0].status, max(r.seconds for r in results), max(r.megabytes for r in results)


def keep(index, faults, commands, variables, results):
    """Keeps what repeats a fault: the files before the command, and the command."""
    folder = ROOT / ".build/campaign/found" / f"mutant-{state['seed']}-{index}"
    shutil.rmtree(folder, ignore_errors=True)
    make(index, folder)
    setting = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    lines = ["#!/usr/bin/env bash", *(f"# {fault!r}" for fault in faults), 'cd "$(dirname "$0")"', "export XDG_CACHE_HOME=$PWD/cache"]
    lines += [f"{setting} {TOOL} {shlex.join(words)}".strip() for words in commands]
    (folder / "repeat.sh").write_bytes("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    for number, result in enumerate(results):
        (folder / f"seen-{number}.txt").write_bytes(result.errors[:10_000] + b"\n" + result.output[:10_000])


def campaign(work, seed, count, only=None):
    """Runs all mutants on all cores; whether nothing was found."""
    source = random.Random(f"{seed}-materials")
    root = work / "materials"
    root.mkdir()
    share(work, seed, materials.prepare(root, source))
    statuses, seconds, megabytes, faulty = collections.Counter(), 0.0, 0.0, 0
    indices = [only] if only is not None else range(count)
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for index, family, faults, status, took, used in pool.imap_unordered(judge, indices, chunksize=4):
            statuses[status] += 1
            seconds, megabytes = max(seconds, took), max(megabytes, used)
            for fault in faults[:3]:
                print(f"  mutant {index}, {family}: {fault!r}"[:300], flush=True)
            faulty += bool(faults)
            if sum(statuses.values()) % 1000 == 0:
                print(f"  {sum(statuses.values())} mutants, {faulty} faulty", flush=True)
    ends = ", ".join(f"{number} with status {status}" for status, number in sorted(statuses.items()))
    print(f"mutants: {faulty} of {len(indices)} faulty; {ends}; longest {seconds:.1f} s, most {megabytes:.0f} MB", flush=True)
    return faulty == 0
