"""The mark by which the sweep finds a tenant, as a program that explores every reachable state.

One tenant, two jobs, and a launch at a time of each. An admission writes the tenant's row (mark, time, counter), the
launch and the job; who reads sees these rows one after the other, in every order. A release ends the launch, whose slot
another write may have given back; a job that is not over is put back into the tenant's own index, out of which the
admission took it. A job waits in the index over all tenants until an admission takes it out, is reported late to run,
waits again, ends, or is opened again after its end. Two sweeps look at the same time: each reads the row, then
lists launches, then the jobs of the tenant's own index, then clears the mark; each may crash. Indexes may lag.

F1: whatever is open is named to the sweep: by the mark, or by the index of jobs that no admission covers. L1: from
every state, with no further fault, the end can be reached: nothing is open, and no mark stands.

    python3 -m mark_model                          explores the protocol, and then each flaw, which must break its rule
    python3 -m mark_model --flaw clear-in-release  the shortest way to what a flaw breaks
"""

import sys
from collections import namedtuple

from small_model import main

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "clear-without-count": "F1",  # the mark goes whatever was admitted since the look
    "count-after-look": "F1",  # the counter is read after the listing
    "jobs-before-launches": "F1",  # a launch is released between the two, and its job is in neither
    "release-forgets-the-job": "F1",  # nothing lists an open job whose launch is over
    "clear-at-once": "F1",  # the mark goes although an admission may be visible in part
    "only-launches": "F1",  # an open job without a launch keeps no mark
    "reopen-uncovered": "F1",  # a job that is opened again after its end is not in the index
    "run-uncovered": "F1",  # a job that is first heard of as it runs is not in the index
    "leave-early": "F1",  # a waiting job leaves the index in a write before its admission
    "clear-in-release": "F1",  # the release of the last slot takes the mark away, whatever the job does
    "never-cleared": "L1",  # the mark stays for good
}

NONE, WAITS, ADMITTED, ENDED = "none", "waits", "admitted", "ended"
JOBS = range(2)
ADMISSIONS, LATE = 2, 1

# jobs: (state, in the index over all tenants, in the tenant's own) of each; launches: open or not, of each job. unseen:
# rows of an admission that are written and not visible yet. young: an admission is within the mark's rest. late: jobs
# that may still be opened without one.
State = namedtuple("State", "mark count jobs launches unseen young sweeps admissions late")


class Mark:
    def __init__(self, flaw=""):
        self.flaw = flaw
        self.order = ("jobs", "launches") if flaw == "jobs-before-launches" else ("launches", "jobs")
        idle = (NONE, False, False)
        self.initial = State(False, 0, (idle, idle), (False, False), frozenset(), False, (), 0, LATE)

    def steps(self, s):
        for job in JOBS:
            yield from self.life(s, job)
        for row in s.unseen:
            yield "%s %d becomes visible" % row, s._replace(unseen=s.unseen - {row})
        if s.young and not s.unseen:
            yield "time passes", s._replace(young=False)
        if len(s.sweeps) < 2:
            yield "a sweep begins", s._replace(sweeps=s.sweeps + (("read", None),))
        for at, sweep in enumerate(s.sweeps):
            rest = s.sweeps[:at] + s.sweeps[at + 1 :]
            yield "a sweep dies", s._replace(sweeps=rest)
            yield from self.sweep(s._replace(sweeps=rest), sweep)

    def life(self, s, job):
        state, indexed, own = s.jobs[job]
        if state in (NONE, WAITS, ENDED) and not s.launches[job] and s.admissions < ADMISSIONS:
            if self.flaw == "leave-early" and indexed:
                yield "job %d leaves the index" % job, s._replace(jobs=put(s.jobs, job, (state, False, own)))
            if state != ENDED:
                yield "job %d is admitted" % job, self.admitted(s, job)
        if state == NONE:
            yield "job %d waits" % job, s._replace(jobs=put(s.jobs, job, (WAITS, True, True)))
        if state in (NONE, ENDED) and s.late:
            covered = self.flaw == ("run-uncovered" if state == NONE else "reopen-uncovered")
            after = put(s.jobs, job, (ADMITTED, not covered, True))
            yield "job %d runs, as is heard late" % job, s._replace(jobs=after, late=s.late - 1)
        if state == ADMITTED and not s.launches[job]:
            yield "job %d waits again" % job, s._replace(jobs=put(s.jobs, job, (WAITS, True, True)))
        if state in (WAITS, ADMITTED):
            yield "job %d ends" % job, s._replace(jobs=put(s.jobs, job, (ENDED, False, False)))
        if s.launches[job]:
            yield from self.released(s, job)

    def released(self, s, job):
        state, indexed, own = s.jobs[job]
        back = state in (WAITS, ADMITTED) and self.flaw != "release-forgets-the-job"
        after = s._replace(launches=put(s.launches, job, False), jobs=put(s.jobs, job, (state, indexed, own or back)))
        if self.flaw == "clear-in-release" and not any(after.launches):
            after = after._replace(mark=False)
        yield "the launch of job %d is released" % job, after._replace(count=s.count + 1)
        # The slot went before, with a mark that was read since: this write changes no count.
        yield "the launch of job %d, without a slot by then, is over" % job, after

    @staticmethod
    def admitted(s, job):
        return s._replace(
            mark=True,
            count=s.count + 1,
            jobs=put(s.jobs, job, (ADMITTED, False, False)),
            launches=put(s.launches, job, True),
            unseen=s.unseen | {("launch", job), ("job", job)},
            young=True,
            admissions=s.admissions + 1,
        )

    def sweep(self, s, sweep):
        step, seen = sweep

        def to(step, seen):
            return s._replace(sweeps=s.sweeps + ((step, seen),))

        rested = not s.young or self.flaw == "clear-at-once"
        if step == "read":
            if self.flaw == "count-after-look":
                yield "a sweep begins to list", to(self.order[0], None)
            elif s.mark and rested:
                yield "a sweep reads the row", to(self.order[0], s.count)
            else:
                yield "a sweep finds nothing to clear", s
        elif step == self.order[0]:
            yield "a sweep lists %s" % step, to(self.order[1], seen) if self.finds_none(s, step) else s
        elif step == self.order[1]:
            yield "a sweep lists %s" % step, to("clear", seen) if self.finds_none(s, step) else s
        elif seen is None and s.mark and rested:
            yield "a sweep reads the row", to("clear", s.count)
        elif self.flaw != "never-cleared" and (seen == s.count or self.flaw == "clear-without-count"):
            yield "a sweep clears the mark", s._replace(mark=False)
        else:
            yield "the mark stays", s

    def finds_none(self, s, what):
        if what == "launches":
            return self.no_launch(s)
        return self.flaw == "only-launches" or self.no_job(s)

    @staticmethod
    def no_launch(s):
        return not any(s.launches[job] and ("launch", job) not in s.unseen for job in JOBS)

    @staticmethod
    def no_job(s):
        """Before it is visible an admitted job is what it was: not there, or waiting in the index."""
        return not any(s.jobs[job][2] and ("job", job) not in s.unseen for job in JOBS)

    @staticmethod
    def broken(_, s):
        for job in JOBS:
            state, indexed, _ = s.jobs[job]
            is_open = s.launches[job] or (state in (WAITS, ADMITTED) and not indexed)
            if is_open and not s.mark:
                return "F1"
        return None

    @staticmethod
    def good(s):
        over = all(state in (NONE, ENDED) for state, *_ in s.jobs) and not any(s.launches)
        return over and not s.mark and not s.sweeps


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]


if __name__ == "__main__":
    sys.exit(main("mark", Mark, FLAWS))
