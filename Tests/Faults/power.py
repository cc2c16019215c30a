"""A power cut at any moment of a comparison.

The interposed library writes down every change. `Disk` replays the changes up to the cut into a disk on which nothing is
certain that was not flushed: the bytes of a file since its last fsync, and the names in a folder since the fsync of that
folder. What such a disk may hold after the cut is laid out, and the same command is run on it.
"""

import hashlib
import os
import pathlib
import random
import shutil

from interposer import Interposer
from workplace import Failure, Undisturbed, Workplace


class Inode:
    def __init__(self, is_folder=False):
        self.is_folder = is_folder
        self.now, self.flushed = bytearray(), None
        # Of a folder: names that are certain, and changes since, as (old name or None, new name or None, inode).
        self.names, self.certain, self.pending = {}, {}, []


class Disk:
    def __init__(self, root):
        self.root_path = str(root)
        self.root = Inode(is_folder=True)

    def _folder_and_name(self, path):
        parts = pathlib.PurePath(path).relative_to(self.root_path).parts
        folder = self.root
        for part in parts[:-1]:
            folder = folder.names[part]
        return folder, parts[-1]

    def find(self, path):
        if path == self.root_path:
            return self.root
        folder, name = self._folder_and_name(path)
        return folder.names.get(name)

    def _set(self, path, inode):
        folder, name = self._folder_and_name(path)
        if inode is None:
            folder.names.pop(name, None)
        else:
            folder.names[name] = inode
        folder.pending.append((None, name, inode))

    def apply(self, change):
        name, path, rest, data = change
        if name.startswith("open"):
            if self.find(path) is None:
                self._set(path, Inode())
            elif rest == "0":
                self.find(path).now = bytearray()
        elif name == "write":
            inode, start = self.find(path.removesuffix(" (deleted)")), int(rest)
            inode.now.extend(bytes(max(0, start - len(inode.now))))
            inode.now[start:start + len(data)] = data
        elif name.startswith("ftruncate"):
            inode, length = self.find(path), int(rest)
            inode.now = inode.now[:length] + bytes(max(0, length - len(inode.now)))
        elif name in ("fsync", "fdatasync"):
            inode = self.find(path)
            if inode.is_folder:
                inode.certain, inode.pending = dict(inode.names), []
            else:
                inode.flushed = bytes(inode.now)
        elif name == "mkdir":
            self._set(path, Inode(is_folder=True))
        elif name in ("unlink", "unlinkat", "rmdir"):
            self._set(path, None)
        elif name in ("rename", "renameat"):
            self._rename(path, rest)
        elif name == "link":
            self._set(rest, self.find(path))
        else:
            raise Failure(f"the replay does not know {name}")

    def _rename(self, path, to):
        inode = self.find(path)
        (old_folder, old), (new_folder, new) = self._folder_and_name(path), self._folder_and_name(to)
        del old_folder.names[old]
        new_folder.names[new] = inode
        if old_folder is new_folder:
            new_folder.pending.append((old, new, inode))
        else:
            old_folder.pending.append((None, old, None))
            new_folder.pending.append((None, new, inode))

    def lay_out(self, folder, keeps_name, data_of):
        """Writes what the disk holds after the cut. `keeps_name` decides over a change of a folder, `data_of` over bytes."""
        self._lay_out(self.root, pathlib.Path(folder), keeps_name, data_of, {})

    def _lay_out(self, inode, path, keeps_name, data_of, chosen):
        names = dict(inode.certain)
        for old, new, target in inode.pending:
            if not keeps_name():
                continue
            if old is not None:
                names.pop(old, None)
            if target is None:
                names.pop(new, None)
            else:
                names[new] = target
        path.mkdir(exist_ok=True)
        for name, child in names.items():
            if child.is_folder:
                self._lay_out(child, path / name, keeps_name, data_of, chosen)
            else:
                if id(child) not in chosen:
                    chosen[id(child)] = data_of(child)
                (path / name).write_bytes(chosen[id(child)])


def torn(inode, chance):
    """One of the contents that a file may have after a cut."""
    flushed, now = inode.flushed or b"", bytes(inode.now)
    if flushed == now:
        return now
    common = len(os.path.commonprefix([flushed, now]))
    cut = chance.randint(common, len(now))
    return chance.choice([flushed, now, now[:cut], now[:cut] + bytes(len(now) - cut), now[:common] + bytes(len(now) - common)])


def ways(seed):
    """How a cut may treat what is not certain."""
    chance = random.Random(seed)
    return {
        "nothing is kept": (lambda: False, lambda inode: inode.flushed or b""),
        "names without bytes": (lambda: True, lambda inode: inode.flushed or b""),
        "names, and zeros for bytes": (
            lambda: True, lambda inode: (inode.flushed or b"") + bytes(max(0, len(inode.now) - len(inode.flushed or b"")))),
        "bytes without names": (lambda: False, lambda inode: bytes(inode.now)),
        "some names, some bytes": (lambda: chance.random() < 0.5, lambda inode: torn(inode, chance)),
    }


def traced(place):
    """Every change of one comparison."""
    environment = Interposer.shared.environment(place.changing)
    trace = Interposer.shared.folder / "trace"
    trace.write_bytes(b"")
    ended = place.run(environment.settings | {"FAULTS_TRACE": str(trace)})
    if ended.status != 0:
        raise Failure(f"the traced comparison failed: {ended.error}")
    lines = trace.read_text().splitlines()
    return [(*line.split("\t")[:3], bytes.fromhex(line.split("\t")[3])) for line in lines]


def weights(place):
    files = sorted((place.changing / "store" / "runs").glob("*/model.safetensors"))
    return {file.parent.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def cut(place, changes, at, way, seed, undisturbed, expected_weights):
    """Returns how the comparison went on: healed, or refused with an error."""
    disk = Disk(place.changing)
    for change in changes[:at]:
        disk.apply(change)
    place.reset()
    disk.lay_out(place.changing, *ways(seed)[way])
    # A machine takes more than a moment to start again.
    for path in place.changing.rglob("*"):
        os.utime(path, (path.stat().st_atime - 60, path.stat().st_mtime - 60))
    # The half-written data set of a process that is gone stays for a day: on another machine its writer may be alive.
    abandoned = list((place.changing / "cache").glob("scalebench/datasets/*.tmp-*"))
    ended = place.run()
    if ended.status != 0:
        undisturbed.check_error(ended, place="work")
        return "refused"
    for folder in abandoned:
        shutil.rmtree(folder)
    undisturbed.check_healed(place)
    if weights(place) != expected_weights:
        raise Failure("the weights of a finished run are not those of an undisturbed one")
    return "healed"


def check(case, sample):
    undisturbed, place = Undisturbed(case), Workplace(case)
    changes = traced(place)
    replayed = Disk(place.changing)
    for change in changes:
        replayed.apply(change)
    expected_weights, failures, outcomes = weights(place), [], {"healed": 0, "refused": 0}
    missing = [
        path for path in place.files()
        if bytes(replayed.find(str(place.changing / path)).now if replayed.find(str(place.changing / path)) else b"")
        != (place.changing / path).read_bytes()
    ]
    if missing:
        return [f"power, {case}: the trace does not tell all of {missing}"]
    names = list(ways(0))
    count = sample or len(changes) * len(names)
    for index in range(count):
        at = 1 + index * len(changes) // count
        way = names[index % len(names)]
        try:
            outcome = cut(place, changes, at, way, index, undisturbed, expected_weights)
            outcomes[outcome] += 1
        except Failure as failure:
            failures.append(f"power, {case}: cut after change {at} ({changes[at - 1][0]} {changes[at - 1][1]}), {way}: {failure}")
    place.remove()
    print(
        f"power, {case}: {len(changes)} changes; {count} cuts tried: {outcomes['healed']} healed, {outcomes['refused']} "
        f"refused with an error; {len(failures)} not as they should be")
    return failures
