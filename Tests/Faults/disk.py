"""A full or failing disk at every call that changes something.

The comparison either ends with the result of an undisturbed one, or with an error that says what failed, where and why;
and the same command without the fault then ends with that result, in a store without damage or rubbish.
"""

import collections
import concurrent.futures
import re

from interposer import Interposer
from workplace import Failure, Undisturbed, Workplace

# (error, kind): one call fails; the disk stays full; a write is cut in the middle, and the disk stays full.
FAULTS = [("ENOSPC", "once"), ("ENOSPC", "stay"), ("ENOSPC", "short"), ("EIO", "once"), ("EIO", "stay")]
CAUSES = {"ENOSPC": ["No space left on device"], "EIO": ["Input/output error"]}


def kind_of(name, path):
    """Calls of one kind do the same to files of one role."""
    path = re.sub(r"\.tmp-\d+|[0-9a-f]{8,}|nosync\w+\.\w+|\d+", "*", path)
    return name, re.sub(r"^.*/work", "", path)


def spread(calls, sample):
    """`sample` calls: at least one of every kind while they last, then evenly over all."""
    groups = collections.defaultdict(list)
    for call in calls:
        groups[kind_of(call[1], call[2])].append(call[0])
    if not sample or sample >= len(calls):
        return sorted(call[0] for call in calls)
    firsts = [group[len(group) // 2] for group in groups.values()]
    if len(firsts) >= sample:
        step = len(firsts) / sample
        return sorted(firsts[int(index * step)] for index in range(sample))
    rest = [call[0] for call in calls if call[0] not in set(firsts)]
    step = len(rest) / (sample - len(firsts))
    return sorted(firsts + [rest[int(index * step)] for index in range(sample - len(firsts))])


def attempt(case, undisturbed, number, error, kind):
    place, interposer = Workplace(case), Interposer.shared
    try:
        environment = interposer.environment(place.changing, at=number, error=error, kind=kind)
        ended = place.run(environment.settings)
        failed = [call for call in environment.calls() if call[3]]
        where = f"{failed[0][1]} {failed[0][2].replace(str(place.root), '')}" if failed else "no call"
        try:
            if not failed and ended.status != 0:
                raise Failure(f"nothing failed, and yet: {ended.error or ended.errors}")
            if ended.status == 0:
                undisturbed.check_result(place)
            else:
                undisturbed.check_error(ended, CAUSES[error], "work")
            undisturbed.check_healed(place)
        except Failure as failure:
            return f"{case}: call {number} ({where}) with {error}, {kind}: {failure}"
        return None
    finally:
        place.remove()


def check(case, sample, workers):
    """Prints what was tried; returns the failures."""
    undisturbed = Undisturbed(case)
    place = Workplace(case)
    environment = Interposer.shared.environment(place.changing)
    ended = place.run(environment.settings)
    calls = environment.calls()
    place.remove()
    if ended.status != 0:
        return [f"{case}: the counted comparison failed: {ended.errors}"]
    numbers = spread(calls, sample)
    # A sample takes the faults in turn; the full check tries all of them at every call.
    tries = (
        [(number, *FAULTS[index % len(FAULTS)]) for index, number in enumerate(numbers)] if sample
        else [(number, *fault) for number in numbers for fault in FAULTS])
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        failures = [each for each in pool.map(lambda item: attempt(case, undisturbed, *item), tries) if each]
    kinds = len({kind_of(call[1], call[2]) for call in calls})
    print(
        f"{case}: {len(calls)} calls of {kinds} kinds change something; {len(tries)} faults tried, "
        f"{len(failures)} not as they should be")
    return failures
