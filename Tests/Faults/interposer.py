"""The library of faults.c, its settings, and what it counted."""

import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


class Counted:
    """One command whose calls are counted, from 1."""

    def __init__(self, folder, number, settings):
        self.counter, self.log = folder / f"counter-{number}", folder / f"log-{number}"
        self.counter.write_bytes(bytes(8))
        self.log.write_bytes(b"")
        values = {"counter": self.counter, "log": self.log, **settings}
        self.settings = {f"FAULTS_{key.upper()}": str(item) for key, item in values.items()}

    def calls(self):
        """Number, name, path and whether it failed, of every call that counted. It can be asked once."""
        rows = [line.split("\t") for line in self.log.read_text(errors="replace").splitlines()]
        for file in (self.counter, self.log):
            os.unlink(file)
        return [(int(number), name, path, bool(failed)) for number, name, path, failed in rows]


class Interposer:
    shared = None

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scalebench-interposer-"))
        self.library = self.folder / "faults.so"
        compiler = shutil.which("cc") or shutil.which("clang") or "cc"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", self.library, HERE / "faults.c", "-ldl"],
            check=True)
        self.numbers = itertools.count()

    def environment(self, folder, at=0, **settings):
        """What a command is to be run with, so that its calls below `folder` count."""
        counted = Counted(self.folder, next(self.numbers), {"folder": folder, "at": at, **settings})
        counted.settings["LD_PRELOAD"] = str(self.library)
        return counted

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
