"""Runs the built program once, measures it, and says what is wrong with the way it ended."""
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Another build of the program may be attacked, too.
TOOL = os.environ.get("SCALEBENCH_TOOL") or str(ROOT / ".build/release/scalebench")

SECONDS, MEGABYTES = 10, 500
# Every documented exit status (`scalebench COMMAND --help`); 75 says that a signal interrupted the command.
STATUSES = {0, 1, 3, 4, 5, 64}
INTERRUPTED = 75
# Words that only a trap, or an error that nobody put into words for a user, prints.
RAW_ERRORS = re.compile(
    rb"Fatal error|NSCocoaErrorDomain|NSPOSIXErrorDomain|Error Domain=|Swift/|Thread \d+ crashed|DecodingError|"
    rb"EncodingError|dataCorrupted\(|keyNotFound\(|typeMismatch\(|valueNotFound\(|CodingKeys\(|Optional\(")
# Control characters other than tab and line end, also those of Latin-1 (U+0080 to U+009F) as UTF-8.
CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


class Result:
    def __init__(self, arguments, status, output, errors, seconds, usage):
        self.arguments, self.status, self.output, self.errors = arguments, status, output, errors
        self.seconds, self.megabytes, self.core_seconds = seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime

    def faults(self, statuses=STATUSES, seconds=SECONDS):
        """What must never happen, whatever was read."""
        found = []
        if self.seconds > seconds:
            found.append(f"hang: more than {seconds} s")
        elif self.status < 0:
            found.append(f"crash: ended by {signal.Signals(-self.status).name}")
        elif self.status not in statuses:
            found.append(f"status: {self.status} is not documented")
        if self.megabytes > MEGABYTES:
            found.append(f"memory: {self.megabytes:.0f} MB")
        for name, text in (("output", self.output), ("errors", self.errors)):
            if match := RAW_ERRORS.search(text):
                found.append(f"raw error: {match[0].decode()} in the {name}")
            if match := CONTROLS.search(text):
                found.append(f"control character: {match[0]!r} in the {name}")
        if self.status in (1, 64) and not self.errors and self.arguments[0] != "doctor":
            found.append("silence: a failure without a message")
        return found + self.wrong_numbers()

    def wrong_numbers(self):
        """JSON that is none, and probabilities that are none."""
        if self.status not in (0, 3) or not self.is_json:
            return []
        try:
            document = json.loads(self.output, parse_constant=lambda word: 1 / 0)
        except (ValueError, ZeroDivisionError, RecursionError) as error:
            return [f"json: {error!r}"]
        return [f"wrong number: {name} = {value}" for name, value in probabilities(document) if not 0 <= value <= 1][:1]

    @property
    def is_json(self):
        words = self.arguments
        return "--json" in words and (words[-1] == "--json" or words[words.index("--json") + 1] == "-"
                                      or words[0] not in ("compare", "fit", "backtest"))


def probabilities(document):
    """All numbers of a document whose name says that they are probabilities."""
    if isinstance(document, list):
        for element in document:
            yield from probabilities(element)
    elif isinstance(document, dict):
        for name, value in document.items():
            if "probability" in name.lower() and isinstance(value, (int, float)):
                yield name, value
            yield from probabilities(value)


def environment(folder, **more):
    """Nothing of this machine but the path; caches and temporary files lie in the folder."""
    (folder / "temporary").mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
            "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "temporary"), **more}


def limit_resources():
    """A fault may neither fill the machine's memory nor its disk."""
    for kind, most in ((resource.RLIMIT_AS, 8 << 30), (resource.RLIMIT_FSIZE, 1 << 30), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (most, most))


def start(arguments, folder, variables=None, name="out"):
    """The process; its output goes to files beside the folder, so that no pipe can fill up."""
    streams = [open(folder.parent / f"{folder.name}.{name}.{kind}", "wb+") for kind in ("output", "errors")]
    process = subprocess.Popen([TOOL, *arguments], cwd=folder, env=environment(folder, **(variables or {})),
                               stdin=subprocess.DEVNULL, stdout=streams[0], stderr=streams[1], start_new_session=True,
                               preexec_fn=limit_resources)
    process.streams, process.begun, process.words = streams, time.monotonic(), list(arguments)
    return process


def finish(process, seconds=SECONDS):
    """Waits for the end, kills it when the time is over, and returns what it did."""
    pause, usage = 0.002, None
    while usage is None:
        pid, status, measured = os.wait4(process.pid, os.WNOHANG)
        if pid:
            usage = measured
        elif time.monotonic() - process.begun > seconds:
            os.killpg(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
        else:
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - process.begun
    texts = []
    for stream in process.streams:
        stream.seek(0)
        texts.append(stream.read(50_000_000))
        stream.close()
        os.unlink(stream.name)
    return Result(process.words, process.returncode, *texts, took, usage)


def run(arguments, folder, variables=None, seconds=SECONDS):
    return finish(start(arguments, folder, variables), seconds)


# What a store consists of. A file of another name must be named by `doctor`.
STORE_FILES = re.compile(
    r"store\.json|index\.sqlite(-wal|-shm|-journal)?|history\.jsonl|entries/[^/]+/[^/]+\.json|imports/[^/]+(/[^/]+)?|"
    r"reports/[^/]+\.html|nights/[^/]+\.lock|launches/.+|runs/[0-9a-f]{16}/(lock|job\.json|events\.jsonl|stop-early|"
    r"trainer\.log|trainer-error\.json|trainer-events-\d+\.jsonl|config\.json|model\.safetensors|job\.log|trainer/.*|"
    r"submissions/[^/]+|(checkpoints|branches)/.+)")


TEMPORARY = re.compile(r"((entries/[^/]+|runs/[^/]+|imports|reports|nights|launches)/)?[^/]+\.tmp-\d+")


def unexplained(store, report):
    """Files of a store that belong to none of its documented parts and that `doctor` does not name."""
    files = [str(file.relative_to(store)) for file in store.rglob("*") if not file.is_dir() or file.is_symlink()]
    report = report.replace("\\/", "/")
    # Temporary files are counted in a check of their own, which names the first of them.
    counted = '"temporary files"' in report
    return [file for file in files if not (counted and TEMPORARY.fullmatch(file))
            and (not STORE_FILES.fullmatch(file) or ".tmp-" in file and "/trainer/" not in file)
            and file not in report and pathlib.Path(file).name not in report]


def temporary_files(folder):
    """Files that a command which ended by itself must have removed."""
    left = list((folder / "temporary").iterdir()) if (folder / "temporary").exists() else []
    return [str(file.relative_to(folder)) for file in left + list(folder.rglob("*.tmp-*"))]


def processes_of(folder):
    """Processes whose folder, command or environment names a folder, as text."""
    mark, found = os.fsencode(folder), {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            facts = [os.fsencode(os.readlink(f"{entry.path}/cwd"))]
            for name in ("cmdline", "environ"):
                with open(f"{entry.path}/{name}", "rb") as file:
                    facts.append(file.read())
            if any(mark in fact for fact in facts):
                found[int(entry.name)] = facts[1].replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
    return found


def orphans(folder, seconds=10):
    """Processes that still belong to a folder after some seconds; they are ended."""
    end = time.monotonic() + seconds
    while (found := processes_of(folder)) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return list(found.values())
