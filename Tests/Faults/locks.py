"""Two comparisons at once in one store on a file system whose locks have no effect.

Each ends with the result of an undisturbed comparison, or says that another process is at work; the store is not damaged,
and the same command then ends with that result.
"""

import os
import pathlib
import random
import time

import workplace
from interposer import Interposer
from workplace import Ended, Failure, Undisturbed, Workplace

CASES = {
    "planted": 0.0,
    "slow": 0.0007,
    "builtin": 0.0,
}
workplace.CASES["slow"] = (
    workplace.PLANTED_SUITE, workplace.planted(1.0, CASES["slow"]), workplace.planted(1.1, CASES["slow"]))


def two_at_once(undisturbed, case, delay):
    place = Workplace(case, workers=2)
    try:
        settings = Interposer.shared.environment(place.changing, unlocked=1).settings
        second = [word.replace("work/re", "work/second-re") for word in place.command]
        processes = [place.start(settings)]
        time.sleep(delay)
        processes.append(place.start(settings, second))
        ends = []
        for process in processes:
            errors = process.communicate(timeout=120)[1]
            ends.append(Ended(process.returncode, errors))
        for ended, name in zip(ends, ["result.json", "second-result.json"]):
            if ended.status != 0:
                undisturbed.check_error(ended, ["another process"], "work")
            elif place.result(name) != undisturbed.result:
                raise Failure(f"{name} differs from the undisturbed result")
        for path in pathlib.Path(place.changing).glob("second-*"):
            os.unlink(path)
        undisturbed.check_healed(place)
        return [ended.status for ended in ends]
    finally:
        place.remove()


def check(sample):
    failures, refused, tried = [], 0, 0
    random.seed(3)
    for case in CASES:
        undisturbed = Undisturbed(case)
        for _ in range(max(1, (sample or 60) // len(CASES))):
            delay = random.choice([0, 0, random.uniform(0, 0.4)])
            tried += 1
            try:
                refused += two_at_once(undisturbed, case, delay) != [0, 0]
            except Failure as failure:
                failures.append(f"locks: {case}, the second {delay:.3f} s later: {failure}")
    print(
        f"locks: {tried} pairs of comparisons at once without locks, of which {refused} noticed each other; "
        f"{len(failures)} not as they should be")
    return failures
