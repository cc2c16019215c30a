"""A folder with a small comparison, the command that carries it out, and what must be true of it afterwards."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOOL = os.environ.get("SCALEBENCH_TOOL") or HERE.parent.parent / ".build" / "release" / "scalebench"

# What a user should never see: traces of the program's inside in place of an error.
INSIDE = re.compile(r"Fatal error|NSCocoaErrorDomain|NSPOSIXErrorDomain|Error Domain|Crash|Stack dump|\*\*\* |\.swift:\d+")

PLANTED_SUITE = {
    "version": 1, "question": "Which planted law is lower?", "dataset": "known-entropy", "contextLength": 64,
    "rungs": [
        {"width": width, "layers": 2, "tokens": width * 2048, "seeds": seeds} for width, seeds in [(16, 2), (32, 1), (64, 1)]
    ],
    "target": {"width": 128, "layers": 2, "tokens": 128 * 2048},
    "evaluation": {"sequences": 32, "curvePoints": 4, "curveSequences": 8},
}

# The built-in trainer reads a data set, which is generated in the folder of caches, and writes weights.
BUILTIN_SUITE = {
    "version": 1, "question": "Which rate is better?", "dataset": "known-entropy", "contextLength": 32,
    "rungs": [{"width": width, "layers": 1, "tokens": 8192, "seeds": seeds} for width, seeds in [(8, 2), (16, 1), (24, 1)]],
    "target": {"width": 32, "layers": 1, "tokens": 8192},
    "evaluation": {"sequences": 64, "curvePoints": 3, "curveSequences": 8},
}


def planted(amplitude, seconds_per_step=0.0):
    law = {"floor": 1.0, "amplitude": amplitude, "exponent": 0.1, "noise": 0.002, "secondsPerStep": seconds_per_step}
    return {"trainer": {"type": "planted", "law": law}, "optimizer": {"learningRate": 0.01}, "batchTokens": 1024}


def builtin(rate):
    return {"model": {"heads": 2}, "optimizer": {"learningRate": rate}, "batchTokens": 256}


CASES = {
    "planted": (PLANTED_SUITE, planted(1.0), planted(1.1)),
    "builtin": (BUILTIN_SUITE, builtin(0.003), builtin(0.02)),
}


class Failure(Exception):
    """A check that does not hold; its text says what was done and what came of it."""


class Ended:
    def __init__(self, status, errors):
        self.status, self.errors = status, errors

    @property
    def error(self):
        """The error without the progress before it."""
        start = self.errors.find("Error: ")
        return self.errors[start:] if start >= 0 else ""


class Workplace:
    """A scratch folder; `reset` makes it as new. Only what changes during a comparison lies in `changing`."""

    def __init__(self, case, root=None, workers=1):
        self.root = pathlib.Path(root or tempfile.mkdtemp(prefix="scalebench-faults-"))
        self.changing = self.root / "work"
        suite, first, second = CASES[case]
        (self.root / "suite").mkdir(parents=True, exist_ok=True)
        for name, content in [("suite/suite.json", suite), ("a.json", first), ("b.json", second)]:
            (self.root / name).write_text(json.dumps(content))
        self.command = [
            str(TOOL), "compare", "a.json", "b.json", "--suite", "./suite", "--all-rungs", "--store", "work/store",
            "--json", "work/result.json", "--report", "work/report.html", "--workers", str(workers), "--no-baselines",
        ]
        self.reset()

    def reset(self):
        shutil.rmtree(self.changing, ignore_errors=True)
        self.changing.mkdir()

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def environment(self, extra=None):
        return {**os.environ, "XDG_CACHE_HOME": str(self.changing / "cache"), "NO_COLOR": "1", **(extra or {})}

    def start(self, extra=None, command=None):
        return subprocess.Popen(
            command or self.command, cwd=self.root, env=self.environment(extra), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def run(self, extra=None, command=None):
        process = self.start(extra, command)
        try:
            _, errors = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure("the command did not end within 120 s")
        return Ended(process.returncode, errors)

    def result(self, name="result.json"):
        """The result without what differs from one training to the next: device times."""
        result = json.loads((self.changing / name).read_text())
        return without_times(result)

    def tool(self, *arguments, extra=None):
        """The output of another command on the store."""
        done = subprocess.run(
            [str(TOOL), *arguments, "--store", "work/store"], cwd=self.root, env=self.environment(extra),
            capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Failure(f"{' '.join(arguments)}: exit status {done.returncode}: {done.stderr}")
        return done.stdout

    def doctor(self):
        """What `doctor` says of the store beyond the free space."""
        checks = json.loads(self.tool("doctor", "--json"))["checks"]
        return [
            (check["name"], check["status"], check["value"]) for check in checks
            if check["section"] == "store" and check["name"] not in ("disk", "folder")
        ]

    def files(self):
        """Every file that is left, each name without what differs between two stores."""
        return sorted(str(path.relative_to(self.changing)) for path in self.changing.rglob("*") if path.is_file())


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in ("deviceTime", "seconds")}
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return value


class Undisturbed:
    """What a comparison says where nothing goes wrong; everything else is compared with it."""

    def __init__(self, case):
        place = Workplace(case)
        ended = place.run()
        if ended.status != 0:
            raise Failure(f"the undisturbed comparison failed: {ended.errors}")
        self.result, self.files = place.result(), set(place.files())
        self.doctor = place.doctor()
        place.remove()

    def check_error(self, ended, causes=(), place=""):
        """A failed command says in words what failed, where and why."""
        if ended.status != 1:
            raise Failure(f"exit status {ended.status}: {ended.errors}")
        text = ended.error
        if not text or INSIDE.search(ended.errors):
            raise Failure(f"the error is not for users: {ended.errors}")
        if causes and not any(cause in text for cause in causes):
            raise Failure(f"the error does not say why: {text}")
        if place and place not in text:
            raise Failure(f"the error does not say where: {text}")

    def check_result(self, place):
        if place.result() != self.result:
            raise Failure("the result differs from the undisturbed one")

    def check_healed(self, place):
        """The same command, now undisturbed, ends with the same result in a store without damage or rubbish."""
        ended = place.run()
        if ended.status != 0:
            raise Failure(f"the same command does not heal: {ended.error or ended.errors}")
        self.check_result(place)
        # The index of lists is made by the first command that lists, and may be removed at any time.
        files = {name for name in place.files() if name != "store/index.sqlite"}
        if files != self.files:
            raise Failure(f"files are left: {sorted(files - self.files)}, or missing: {sorted(self.files - files)}")
        if place.doctor() != self.doctor:
            raise Failure(f"doctor says {place.doctor()}")
