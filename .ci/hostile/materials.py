"""What the mutants are made of: folders with files of the repository, or of the program itself, and commands that read them."""
import dataclasses
import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import questions
from tool import ROOT, finish, run, start

TABLE_COMMANDS = [
    ["compare", "--runs", "{file}", "--target-scale", "1e10", "--json", "-"],
    ["compare", "--runs", "{file}", "--target-scale", "1e10", "--metric", "all", "--json", "-"],
    ["compare", "--runs", "{file}", "--target-scale", "1e10", "--columns", "candidate=optimizer", "--report", "r.html"],
    ["compare", "--runs", "{file}", "--target-parameters", "7e9", "--target-tokens", "1e11", "--json", "-"],
    ["compare", "--runs", "{file}", "--target-scale", "1e10", "--setting", "rate", "--best", "--json", "-"],
    ["fit", "{file}", "--replicates", "50", "--json", "-"],
    ["backtest", "{file}", "--shipped-priors", "--json", "-"]]
IMPORT_COMMANDS = [
    ["runs", "import", "{folder}", "--candidate", "x", "--parameters", "1e6"],
    ["runs", "import", "{folder}", "--name-pattern", "{candidate}-{params}-s{seed}", "--include-incomplete"],
    ["runs", "import", "{folder}", "--write-labels", "labels.csv"],
    ["runs", "import", "{folder}", "--candidate", "x", "--tokens", "1e9", "--tokens-per-step", "1e3"]]
PLAN_COMMANDS = [
    ["compare", "{candidate}", "other.json", "--suite", "./suite", "--dry-run"],
    ["compare", "{candidate}", "--suite", "./suite", "--dry-run", "--until", "0.99", "--budget", "2h"],
    ["suites", "list"], ["doctor"]]
DATA_COMMANDS = [
    ["data", "verify", "./text", "--json"], ["data", "inspect", "./text"], ["data", "stats", "./text", "--json"],
    ["data", "bench", "./text", "--context-length", "64", "--json"], ["data", "export", "./text", "--to", "plain"],
    ["data", "mix", "./text=0.5", "./text=0.5", "--name", "mix", "--root", "."]]
STORE_COMMANDS = [
    ["doctor", "--json"], ["leaderboard"], ["leaderboard", "--format", "json"], ["history"], ["history", "--json"],
    ["runs", "list"], ["runs", "list", "--json"], ["runs", "show", "{run}"], ["runs", "export", "--jsonl"],
    ["runs", "export", "--table"], ["site", "public"], ["backtest", "--store", ".scalebench", "--json", "-"],
    ["compare", "a.json", "b.json", "--suite", "./planted", "--json", "-", "--workers", "2"],
    ["baselines", "update", "./planted", "a.json", "--to", "baselines"], ["runs", "remove", "--older-than", "1h"],
    ["nightly", "nights.json", "--dry-run", "--date", "2026-11-28"], ["nightly", "nights.json", "--date", "2026-11-28"]]
BASELINE_COMMANDS = [
    ["baselines", "list"], ["compare", "constant", "inverse-width", "--suite", "lr-rule", "--dry-run"],
    ["leaderboard", "--suite", "lr-rule"], ["doctor"]]


@dataclasses.dataclass
class Material:
    """A folder that is copied, the files in it of which one is damaged, and the commands of which one is run."""
    family: str
    folder: pathlib.Path
    files: list
    commands: list
    variables: dict = dataclasses.field(default_factory=dict)
    # The answer that a comparison must give wherever it gives one.
    answer: object = None


def copy(source, folder):
    folder.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, folder / source.name, dirs_exist_ok=True)
    else:
        shutil.copy(source, folder)


def files_of(folder):
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def made_tables(folder, random):
    """Tables of every documented layout, whose numbers follow a law."""
    def loss(candidate, scale):
        return 1.7 + (8 + candidate) * scale ** -0.09 + random.gauss(0, 0.003)

    sizes = [1e6, 3e6, 1e7, 3e7, 1e8]
    plain = ["candidate,scale,seed,loss"] + [f"{c},{s:.0f},{seed},{loss(i, s):.4f}" for i, c in enumerate("abc")
                                             for s in sizes for seed in range(2)]
    wide = ["config,params,tokens,flops,seed,loss,metric,tokensPerSecond"] + [
        f"{c},{s:.0f},{20 * s:.0f},{120 * s * s:.4g},{seed},{loss(i, s):.4f},{m},{1e9 / s:.5g}" for i, c in enumerate("ab")
        for s in sizes for seed in range(2) for m in ("val", "code")]
    settings = ["candidate,scale,seed,loss,rate"] + [
        f"{c},{s:.0f},0,{loss(i, s) + 0.02 * k * k:.4f},{0.001 * 2 ** k}" for i, c in enumerate("ab") for s in sizes
        for k in (-2, -1, 0, 1, 2)]
    records = [dict(zip(plain[0].split(","), [row.split(",")[0], *map(float, row.split(",")[1:])])) for row in plain[1:]]
    curves = ["source,config,params,seed,step,loss"] + [
        f"s,{c},{s:.0f},0,{step},{loss(i, s) + 3 / step:.4f}" for i, c in enumerate("ab") for s in sizes[:2]
        for step in range(10, 400, 20)]
    return {"plain.csv": "\n".join(plain), "wide.csv": "\n".join(wide), "settings.csv": "\n".join(settings),
            "records.json": json.dumps(records), "lines.jsonl": "\n".join(map(json.dumps, records)),
            "curves.csv": "\n".join(curves), "plain.tsv": "\n".join(plain).replace(",", "\t")}


def tables(root, random):
    sources = sorted((ROOT / "Tests/CommandTests/Exports").iterdir()) + sorted((ROOT / "Tests/Fuzzing/Seeds/backtest").iterdir())
    for source in sources:
        if source.is_file() and source.suffix not in (".py",) and source.stat().st_size < 200_000:
            folder = root / f"table-{source.name}"
            copy(source, folder)
            yield Material("tables", folder, [source.name], TABLE_COMMANDS)
    for name, text in made_tables(root, random).items():
        for packed in (False, True):
            folder = root / f"made-{name}{'.gz' * packed}"
            folder.mkdir()
            data = text.encode()
            (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(data, mtime=0) if packed else data)
            # Tables that are accepted as they are reach deeper code, so each is there three times.
            for _ in range(1 if packed else 3):
                yield Material("tables", folder, files_of(folder), TABLE_COMMANDS)


def logs(root, random):
    exports = ROOT / "Tests/RunStoreTests/Fixtures/exports"
    sources = [exports / name for name in ("keras", "lightning", "mlruns", "tensorboardx", "tensorflow", "transformers", "wandb",
                                           "mlflow-search.csv", "wandb-runs.csv", "mlflow.db.gz")]
    sources += sorted((exports / "tensorboard").iterdir())[:2] + [ROOT / "Suites/examples/logs/logs"]
    sources += sorted((ROOT / "Tests/Fuzzing/Seeds/text-logs").iterdir())
    for source in sources:
        folder = root / f"log-{source.name}"
        copy(source, folder / "logs")
        if source.name == "mlflow.db.gz":
            packed = folder / "logs/mlflow.db.gz"
            (folder / "logs/mlflow.db").write_bytes(gzip.decompress(packed.read_bytes()))
            packed.unlink()
        yield Material("logs", folder, [f"logs/{name}" for name in files_of(folder / "logs")], IMPORT_COMMANDS)


def configurations(root, random):
    launchers = sorted((ROOT / "Suites/examples/launchers").glob("*.json"))
    for suite in sorted(ROOT.glob("Suites/*/suite.json")):
        folder = root / f"suite-{suite.parent.name}"
        copy(suite, folder / "suite")
        if (suite.parent / "candidates").exists():
            copy(suite.parent / "candidates", folder / "suite")
        candidates = [f"suite/candidates/{name}" for name in files_of(folder / "suite/candidates")]
        shutil.copy(folder / candidates[0], folder / "other.json")
        for launcher in launchers:
            copy(launcher, folder)
        questions.write_json(folder / "nights.json", {"name": "main", "questions": [
            {"suite": "./suite", "candidates": [candidates[0], "other.json"], "freshSeeds": True, "since": "2026-11-01"}],
            "falseAlarmsPerMonth": 0.05, "failOn": ["regression"]})
        plan = PLAN_COMMANDS + [
            ["compare", "{candidate}", "other.json", "--suite", "./suite", "--dry-run", "--launcher", launcher.name]
            for launcher in launchers] + [["nightly", "nights.json", "--dry-run"]]
        files = ["suite/suite.json"] * len(candidates) + candidates * 2 + ["nights.json"] + [file.name for file in launchers]
        yield Material("configurations", folder, files, plan, {"SCALEBENCH_SUITES": "."})


def data_sets(root, random):
    folder = root / "data"
    folder.mkdir()
    questions.write_text(folder, random)
    (folder / "text.txt").unlink()
    yield Material("data", folder, [f"text/{name}" for name in files_of(folder / "text")],
                   DATA_COMMANDS)
    tokenizers = sorted((ROOT / "Tests/Fuzzing/Seeds/tokenizer").iterdir())
    for source in sorted((ROOT / "Tests/TokenDataTests/Golden").iterdir()):
        if source.suffix == ".py":
            continue
        folder = root / f"tokens-{source.name}"
        copy(source, folder)
        for tokenizer in tokenizers:
            copy(tokenizer, folder)
        if source.name.startswith("megatron"):
            copy(source.with_suffix(".bin"), folder)
            copy(source.with_suffix(".idx"), folder)
        base = ["data", "import", source.name, "--name", "x", "--root", "."]
        commands = [base, base + ["--vocabulary", "50257"], base + ["--vocabulary", "50257", "--dtype", "uint16"]]
        commands += [base + ["--tokenizer", tokenizer.name] for tokenizer in tokenizers]
        yield Material("data", folder, [source.name] * 4 + [tokenizer.name for tokenizer in tokenizers], commands)


def stores(root, random):
    """A store with runs, imports, nights and history, and one with checkpoints of unfinished runs."""
    folder = root / "store"
    folder.mkdir()
    arguments = questions.write_planted(folder, seconds=0)
    questions.write_json(folder / "nights.json", {"name": "main", "questions": [
        {"suite": "./planted", "candidates": ["a.json", "b.json"]}]})
    whole = run(arguments + ["--all-rungs"], folder)
    whole = run(arguments, folder)
    assert whole.status == 0, whole.errors
    copy(ROOT / "Tests/Fuzzing/Seeds/text-logs/nanogpt.txt", folder)
    for command in (["runs", "import", "nanogpt.txt", "--candidate", "x", "--parameters", "1e6"],
                    ["nightly", "nights.json", "--date", "2026-11-27"]):
        assert (made := run(command, folder)).status == 0, made.errors
    store = folder / ".scalebench"
    files = [f".scalebench/{name}" for name in files_of(store)]
    rare = [name for name in files if "/runs/" not in name]
    names = sorted(entry.name for entry in (store / "runs").iterdir())
    commands = [[word.replace("{run}", names[0]) for word in command] for command in STORE_COMMANDS]
    yield Material("stores", folder, files + rare * 6, commands)
    yield checkpoints(root, random)


def checkpoints(root, random):
    folder, undisturbed = root / "checkpoints", root / "checkpoints-whole"
    for place in (folder, undisturbed):
        place.mkdir()
        arguments = questions.write_builtin(place, type(random)(1), seeds=(2, 2, 2), tokens=16384)
    whole = run(arguments, undisturbed, seconds=60)
    assert whole.status == 0, whole.errors
    for attempt in range(100):
        process = start(arguments, folder)
        time.sleep(0.1 + 0.03 * (attempt % 20))
        os.kill(process.pid, signal.SIGTERM)
        finish(process, 60)
        kept = [name for name in files_of(folder) if "/checkpoints/" in name]
        if kept:
            break
        # Once all runs are finished there is nothing to interrupt.
        if process.returncode == 0:
            shutil.rmtree(folder / ".scalebench")
    assert kept, "no checkpoint was made"
    return Material("checkpoints", folder, kept, [arguments], answer=questions.answer(whole))


def baselines(root, random):
    folder = root / "baselines"
    copy(ROOT / "baselines/lr-rule", folder / "baselines")
    files = files_of(folder)
    yield Material("baselines", folder, files, BASELINE_COMMANDS, {"SCALEBENCH_BASELINES": "baselines"})
    # Compressed bytes hide what lies in them behind a checksum; plain ones of the same name are compressed after the damage.
    if shutil.which("zstd"):
        plain = root / "baselines-plain"
        shutil.copytree(folder, plain)
        for file in plain.rglob("*.zst"):
            text = subprocess.run(["zstd", "-dc", file], capture_output=True, check=True).stdout
            file.write_bytes(text)
        yield Material("baselines", plain, [name for name in files if name.endswith(".zst")], BASELINE_COMMANDS,
                       {"SCALEBENCH_BASELINES": "baselines"})


FAMILIES = {"tables": (tables, 28), "logs": (logs, 20), "configurations": (configurations, 20), "data": (data_sets, 14),
            "stores": (stores, 12), "baselines": (baselines, 6)}


def prepare(root, random):
    """All materials, by family."""
    found = {}
    for name, (make, _) in FAMILIES.items():
        for material in make(root, random):
            found.setdefault(material.family, []).append(material)
    return found
