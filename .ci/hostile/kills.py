"""SIGKILL at random moments: the same command goes on and says what it says undisturbed."""
import dataclasses
import json
import multiprocessing
import os
import random
import shutil
import signal
import time

import questions
import trainers
from tool import finish, orphans, run, start, temporary_files, unexplained

# A trainer that can be killed between two events.
SLOWLY = "for event in lines:\n    write([event])\n    time.sleep(0.02)"


# What `data build` says when the kill came after its data set was in place.
DONE = b"the data set exists already"


@dataclasses.dataclass
class Scene:
    """A command that is killed. `result` reads its result, after `more` commands where it has none itself."""
    name: str
    weight: int
    prepare: object
    result: object
    processes: int = 1


def planted(folder, source):
    return questions.write_planted(folder, seeds=(4, 3, 2))


def builtin(folder, source):
    return questions.write_builtin(folder, source)


def external(folder, source):
    questions.write_external(folder, source)
    arguments = trainers.write_candidates(folder)
    (folder / "attack").write_text(SLOWLY)
    for name in ("a", "b"):
        text = (folder / f"{name}.json").read_text()
        (folder / f"{name}.json").write_text(text.replace("honest.py", "hostile.py"))
    return arguments


def night(folder, source):
    questions.write_planted(folder, seeds=(4, 3, 2))
    questions.write_json(folder / "nights.json", {"name": "main", "questions": [
        {"suite": "./planted", "candidates": ["a.json", "b.json"], "freshSeeds": True}]})
    return ["nightly", "nights.json", "--date", "2026-11-27", "--workers", "2"]


def whole_store(folder):
    arguments = questions.write_planted(folder, seconds=0) + ["--all-rungs", "--no-baselines"]
    made = run(arguments, folder)
    assert made.status == 0, made.errors
    return arguments


def site(folder, source):
    whole_store(folder)
    return ["site", "public"]


def baseline(folder, source):
    whole_store(folder)
    return ["baselines", "update", "./planted", "a.json", "b.json", "--to", "baselines"]


def removal(folder, source):
    whole_store(folder)
    return ["runs", "remove", "--status", "completed", "--yes"]


def building(folder, source):
    questions.write_text(folder, source, size=3_000_000)
    shutil.rmtree(folder / "text")
    return ["data", "build", "--text", "text.txt", "--name", "text", "--root", "."]


def importing(folder, source):
    for number in range(150):
        lines = [f"{step},{3 / step + 2 + number / 1000:.4f}" for step in range(1, 40)]
        (folder / "logs").mkdir(exist_ok=True)
        (folder / f"logs/c{number % 3}-{number % 5 + 1}M-s{number}.csv").write_text("step,val_loss\n" + "\n".join(lines) + "\n")
    return ["runs", "import", "logs", "--name-pattern", "{candidate}-{params}-s{seed}"]


def said(folder, result):
    return questions.answer(result)


def said_again(folder, result):
    """What a comparison says after the command."""
    again = run(whole_store(folder), folder)
    return questions.answer(again)


def night_result(folder, result):
    document = json.loads((folder / "nights/2026-11-27/results.json").read_text())
    return untimed(document)


def untimed(value):
    """A document without times of the clock and paths."""
    if isinstance(value, list):
        return [untimed(element) for element in value]
    if isinstance(value, dict):
        return {name: untimed(child) for name, child in value.items()
                if not any(word in name.lower() for word in ("time", "second", "date", "commit", "report"))}
    return value


def tree(name):
    def read(folder, result):
        files = sorted(file for file in (folder / name).rglob("*") if file.is_file())
        return {str(file.relative_to(folder)): file.read_bytes() for file in files}
    return read


def table(folder, result):
    return sorted(run(["runs", "export", "--table"], folder).output.split(b"\n"))


SCENES = [
    Scene("compare-planted", 9, planted, said), Scene("compare-built-in", 9, builtin, said),
    Scene("two-compares", 5, planted, said, 2), Scene("two-built-in-compares", 3, builtin, said, 2),
    Scene("compare-programs", 4, external, said), Scene("nightly", 3, night, night_result), Scene("site", 2, site, tree("public")),
    Scene("baselines-update", 2, baseline, tree("baselines")), Scene("runs-remove", 2, removal, said_again),
    Scene("data-build", 1, building, tree("text")), Scene("runs-import", 2, importing, table)]


def descendants(pid):
    """All that a process started and that still is its child, the parents first."""
    found = [pid]
    for parent in found:
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    found += map(int, file.read().split())
        except OSError:
            continue
    return found


def kill(process, whole_tree):
    for pid in descendants(process.pid) if whole_tree else [process.pid]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


tasks = []


def group(index):
    """Kills one command several times in one folder, then lets it end."""
    scene, template, command, right, took, seed, number, kills, work = tasks[index]
    source = random.Random(f"{seed}-kill-{scene.name}-{number}")
    folder, faults, hits = work / f"kill-{scene.name}-{number}_", [], 0
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("temporary"))
    for _ in range(kills):
        running = [start(command, folder, name=f"out{i}") for i in range(scene.processes)]
        time.sleep(source.uniform(0, 1.1 * took))
        whole_tree = source.random() < 0.6
        # Of two commands one or both are killed; the other one ends and says what is right.
        for process in running[:source.randint(1, scene.processes)]:
            kill(process, whole_tree)
        for result in [finish(process, 60) for process in running]:
            if result.status == -signal.SIGKILL and result.seconds < 60:
                hits += 1
                continue
            faults += result.faults(seconds=60)
            if result.status != 0 and DONE not in result.errors:
                faults.append(f"status {result.status} of one that was not killed: {result.errors[-300:].decode()}")
        faults += [f"orphan: {name[:100]}" for name in orphans(folder)]
    # Files that a killed writer left count as abandoned once they are more than a second old.
    time.sleep(2.1)
    last = run(command, folder, seconds=60)
    faults += last.faults(seconds=60)
    if last.status != 0 and DONE not in last.errors:
        faults.append(f"does not go on: status {last.status}: {last.errors[-300:].decode()}")
    elif scene.result(folder, last) != right:
        faults.append("wrong result: not that of an undisturbed command")
    faults += health(folder)
    # `doctor` names what is left in a store. What a killed writer of a data set left is removed when it is a day old, because
    # another machine may be writing it.
    faults += [f"left file: {name}" for name in temporary_files(folder) if not name.startswith(("text.tmp-", ".scalebench/"))]
    shutil.rmtree(folder)
    return scene.name, number, kills, hits, faults


def health(folder):
    """What `doctor` says of a store in which everything is finished."""
    report = run(["doctor", "--json"], folder)
    faults = report.faults((0,))
    if faults:
        return faults
    checks = [check for check in json.loads(report.output)["checks"] if check["section"] == "store" and check["name"] not in ("disk", "temporary files")]
    faults = [f"doctor: {check['name']}: {check['value']}" for check in checks
              if check["status"] != "ok" or check["name"] in ("damaged", "strays", "torn lines")]
    return faults + [f"unexplained file: {name}" for name in unexplained(folder / ".scalebench", report.output.decode())]


def campaign(work, seed, count, size=5):
    """`count` kills, `size` of them in each folder; whether nothing was found."""
    total = sum(scene.weight for scene in SCENES)
    shares = [max(1, round(count * scene.weight / total)) for scene in SCENES]
    shares[0] = max(1, shares[0] + count - sum(shares))
    for scene, share in zip(SCENES, shares):
        template, whole = work / f"scene-{scene.name}", work / f"scene-{scene.name}-whole"
        template.mkdir()
        command = scene.prepare(template, random.Random(f"{seed}-{scene.name}"))
        shutil.copytree(template, whole)
        undisturbed = run(command, whole, seconds=60)
        assert undisturbed.status == 0, (command, undisturbed.errors)
        right = scene.result(whole, undisturbed)
        tasks.extend((scene, template, command, right, undisturbed.seconds, seed, number, min(size, share - number), work)
                     for number in range(0, share, size))
    random.Random(seed).shuffle(tasks)
    kills = hits = faulty = 0
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for name, number, tried, hit, faults in pool.imap_unordered(group, range(len(tasks))):
            kills, hits, faulty = kills + tried, hits + hit, faulty + bool(faults)
            for fault in dict.fromkeys(faults):
                print(f"  kill {name} {number}: {fault!r}"[:500], flush=True)
    print(f"kills: {faulty} of {len(tasks)} stores faulty after {kills} rounds, in which {hits} commands were killed at work", flush=True)
    return faulty == 0
