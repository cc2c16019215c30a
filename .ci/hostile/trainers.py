"""Hostile trainers: the tool says one clear error or gives the right result, and believes no damaged curve."""
import json
import multiprocessing
import os
import random
import shutil
import sys

import questions
from kinds import KINDS
from tool import orphans, run, temporary_files, unexplained

# An honest trainer of a planted loss. Where a file `attack` lies beside it, that file's code takes the place of the honest end.
TRAINER = '''
import json, math, os, signal, subprocess, sys, time
path, folder = os.environ["SCALEBENCH_EVENTS"], sys.argv[2]
spec = json.load(open(os.environ["SCALEBENCH_SPEC"]))["spec"]
width, seed, steps = spec["model"]["width"], spec["seed"], spec["steps"]
tokens = spec["batchSequences"] * spec["model"]["contextLength"]
loss = round(1 + float(sys.argv[1]) * width ** -0.3 + 0.003 * math.sin(7 * seed + width + 100 * float(sys.argv[1])), 6)
lines = [{"event": "start", "resumedFromStep": 0}]
lines += [{"event": "step", "step": i, "tokens": i * tokens, "natsPerToken": loss + 1 / i} for i in range(1, steps + 1)]
lines += [{"event": "evaluation", "step": steps, "tokens": steps * tokens, "natsPerToken": loss, "sequences": 16},
          {"event": "end", "status": "completed", "step": steps, "tokens": steps * tokens}]
def write(events):
    data = events if isinstance(events, bytes) else "".join(json.dumps(event) + "\\\\n" for event in events).encode()
    with open(path, "ab") as file:
        file.write(data)
def honest():
    write(lines)
try:
    attack = open("attack").read()
except FileNotFoundError:
    attack = "honest()"
exec(attack)
'''.replace("\\\\n", "\\n")

# Seconds that the tool may wait for a trainer that says nothing (silenceTimeout), or does not stop (stopTimeout).
SILENCE, STOP = 3, 1


def write_candidates(folder):
    (folder / "honest.py").write_text(TRAINER.replace('open("attack")', 'open("no attack")'))
    (folder / "hostile.py").write_text(TRAINER)
    for name, file, amplitude in (("a", "honest.py", "2"), ("b", "hostile.py", "2.2")):
        questions.write_json(folder / f"{name}.json", {
            "optimizer": {"learningRate": 0.01}, "batchTokens": 128, "model": {"heads": 2},
            "trainer": {"type": "command", "command": [sys.executable, file, amplitude, "{folder}"],
                        "silenceTimeout": SILENCE, "stopTimeout": STOP}})
    return ["compare", "a.json", "b.json", "--suite", "./external", "--json", "-", "--workers", "2", "--all-rungs"]


def attack(kind, template, arguments, right, work, seed):
    """All that is wrong with how the tool takes one trainer."""
    folder = work / f"trainer-{kind.name}_"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("temporary"))
    (folder / "attack").write_text(f"import random; random = random.Random(f'{seed}-{{width}}-{{seed}}')\n{kind.code}")
    result = run(arguments, folder, seconds=kind.seconds)
    faults = result.faults(kind.statuses, kind.seconds)
    faults += [f"orphan: {command[:80]}" for command in orphans(folder)]
    says = result.errors.decode(errors="replace") + result.output.decode(errors="replace")
    must_be_right = kind.expects == "right" or (kind.expects == "any" and result.status == 0)
    if must_be_right and (result.status != 0 or questions.answer(result) != right):
        faults.append(f"wrong result: status {result.status}, not the answer of honest trainers")
    if kind.expects == "error" and result.status != 1:
        faults.append(f"status {result.status}: the hostile runs were taken")
    if kind.expects == "diverged" and "iverged" not in says:
        faults.append(f"status {result.status}: no divergence is reported")
    if kind.words not in says:
        faults.append(f"unclear: \"{kind.words}\" is not said: {result.errors.decode(errors='replace')[-300:]}")
    if result.status in (0, 1) and result.output:
        faults += trusted(json.loads(result.output), right, kind.expects)
    for place in folder.rglob("*"):
        if place.is_dir() and not os.access(place, os.W_OK):
            place.chmod(0o755)
    report = run(["doctor", "--json"], folder)
    faults += report.faults()
    faults += [f"unexplained file: {name}" for name in unexplained(folder / ".scalebench", report.output.decode())]
    faults += [f"left file: {name}" for name in temporary_files(folder) if "/trainer/" not in name]
    if kind.mends:
        # The same command, once the trainer is honest, gives the right answer.
        (folder / "attack").unlink()
        mended = run(arguments, folder, seconds=30)
        if mended.status != 0 or questions.answer(mended) != right:
            faults.append(f"not mended: status {mended.status}: {mended.errors.decode(errors='replace')[-300:]}")
    orphans(folder, 0)
    shutil.rmtree(folder, ignore_errors=True)
    return faults


def trusted(document, right, expects):
    """Losses that the result shows although it must not: the honest candidate's are known, and failed runs have none."""
    known, found = losses(right), []
    for (candidate, place), shown in losses(document).items():
        if candidate == "a" and not set(shown) <= set(known[candidate, place]):
            found.append(f"wrong result: losses of the honest candidate at {place}: {shown}")
        elif candidate == "b" and expects in ("error", "diverged") and shown:
            found.append(f"wrong result: losses of a hostile trainer at {place}: {shown}")
    return found


def losses(document):
    """The losses of all runs in a result, by candidate and place."""
    return {(entry["candidate"], rung["label"]): entry["losses"] for rung in document["ladder"] for entry in rung["candidates"]}


def campaign(work, seed, count):
    """Tries `count` kinds, all where there are not more; whether nothing was found."""
    template = work / "trainers"
    template.mkdir()
    questions.write_external(template, random.Random(f"{seed}-text"))
    arguments = write_candidates(template)
    reference = work / "trainers-honest"
    shutil.copytree(template, reference)
    whole = run(arguments, reference, seconds=60)
    assert whole.status == 0, whole.errors
    right = questions.answer(whole)
    kinds = list(KINDS)
    random.Random(f"{seed}-kinds").shuffle(kinds)
    kinds, faulty = kinds[:count], 0
    state.update(template=template, arguments=arguments, right=right, work=work, seed=seed)
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for kind, faults in pool.imap_unordered(attack_kind, kinds):
            for fault in dict.fromkeys(faults):
                print(f"  trainer {kind.name}: {fault!r}"[:700], flush=True)
            faulty += bool(faults)
    print(f"trainers: {faulty} of {len(kinds)} kinds faulty", flush=True)
    return faulty == 0


state = {}


def attack_kind(kind):
    return kind, attack(kind, *(state[name] for name in ("template", "arguments", "right", "work", "seed")))
