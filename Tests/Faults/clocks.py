"""A clock that jumps by a day in the middle of a comparison, and files whose times are in the future.

Both change nothing: results are the same, and nothing is removed.
"""

import os
import pathlib

from interposer import Interposer
from workplace import Failure, Undisturbed, Workplace

DAY = 86_400


def jumped(undisturbed, at, seconds):
    """A comparison whose clock is wrong from its call `at` on; then again with the right clock."""
    place = Workplace("planted")
    try:
        ended = place.run(Interposer.shared.environment(place.changing, at=at, clock=seconds).settings)
        if ended.status != 0:
            raise Failure(ended.error or ended.errors)
        undisturbed.check_result(place)
        runs = place.tool("runs", "list", "--json")
        removal = Interposer.shared.environment(place.changing, clock=seconds).settings
        place.tool("runs", "remove", "--older-than", "2d", "--yes", extra=removal)
        if place.tool("runs", "list", "--json") != runs:
            raise Failure("runs of today were removed as older than two days")
        undisturbed.check_healed(place)
    finally:
        place.remove()


def shifted(undisturbed, seconds):
    """All files of half a store get another time; the comparison goes on with them, and lists say the same."""
    place = Workplace("planted")
    try:
        environment = Interposer.shared.environment(place.changing, at=500, error="ENOSPC", kind="stay")
        if place.run(environment.settings).status == 0:
            raise Failure("the comparison was to be interrupted in the middle")
        shift(place, seconds)
        undisturbed.check_healed(place)
        shift(place, seconds)
        before = [place.tool("runs", "list", "--json"), place.tool("leaderboard", "--format", "json")]
        # The lists are kept now, and must be made anew for every file that changes.
        run = max((place.changing / "store" / "runs").iterdir(), key=lambda folder: folder.name)
        text = (run / "events.jsonl").read_bytes()
        stamp = (run / "events.jsonl").stat().st_mtime
        (run / "events.jsonl").write_bytes(text[: text.rindex(b"\n", 0, -1) + 1])
        os.utime(run / "events.jsonl", (stamp, stamp))
        if place.tool("runs", "list", "--json") == before[0]:
            raise Failure("the list does not see that a run has lost its end")
        undisturbed.check_healed(place)
    finally:
        place.remove()


def shift(place, seconds):
    for path in [*pathlib.Path(place.changing).rglob("*")]:
        status = path.stat()
        os.utime(path, (status.st_atime + seconds, status.st_mtime + seconds))


def check(sample):
    undisturbed, failures, tried = Undisturbed("planted"), [], 0
    positions = [1 + index * 700 // max(1, (sample or 40) // 2) for index in range(max(1, (sample or 40) // 2))]
    tries = [(jumped, at, sign * DAY) for at in positions for sign in (1, -1)]
    tries += [(shifted, seconds) for seconds in (DAY, -DAY, 400 * DAY)]
    for function, *arguments in tries:
        tried += 1
        try:
            function(undisturbed, *arguments)
        except Failure as failure:
            failures.append(f"clocks: {function.__name__} {arguments}: {failure}")
    print(f"clocks: {tried} jumps and shifts tried, {len(failures)} not as they should be")
    return failures
