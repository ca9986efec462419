"""How a tenant's open jobs are found, as a program that explores every reachable state.

One job with two start numbers, its launches, and a runner of another job's launch that may take it. The job's row is
in the tenant's index, or an open launch that bears the job's id leads to it: an admission takes the row out in the
write that makes the launch, and the write that ends the launch puts it back if the job is not over. Two processes
release launches, in one step or in two: each reads the job, and then writes; each may die or sleep in between. GitHub's
word may come late, twice or not at all: a job runs unheard of, is handed back, held back, ends, or is opened again
after its end. A sweep reads the launches, of a machine that is busy often not the job, and judges whether the job is
over.

C1: a job that is not over is in the index, or an open launch leads to it. C2: a job that is over is not in the index.
C3: no job is taken for over that never was. L1: from every state, with no further fault, the end can be reached: the
job is over, and so are its launches.

    python3 -m cover_model                                  explores the protocol, and then each flaw
    python3 -m cover_model --flaw release-forgets-the-job   the shortest way to what a flaw breaks
"""

import sys
from collections import namedtuple

from small_model import main

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "release-forgets-the-job": "C1",  # the write that ends the launch leaves the job out
    "release-puts-back-later": "C1",  # the job comes back in a second write
    "put-back-unconditional": "C2",  # whatever became of the job since it was read
    "in-progress-removes-it": "C1",  # a job that starts leaves the index, whosever machine it is on
    "reopen-stays-out": "C1",  # a job that is opened again after its end is not in the index
    "covered-by-its-row": "C1",  # only the launch that the job's row names is looked at for its job
    "sweep-takes-unread-for-over": "C3",  # what it did not read is over
}

NONE, WAITS, STARTS, RUNS, ENDED = "none", "waits", "starts", "runs", "ended"
OPEN = (WAITS, STARTS, RUNS)
# A launch's state; `ENDING` holds no slot, and is open still.
FREE, LIVES, ENDING, OVER = "free", "lives", "ending", "over"
NUMBERS = range(2)

# number: of the job's current launch. for_other: the row names a launch of another job, whose runner has it.
# releases: (step, number, what was read of the job) of each process. sweep: None or what it read.
State = namedtuple("State", "job indexed number for_other launches releases sweep wrong reopens was_over")


class Cover:
    def __init__(self, flaw=""):
        self.flaw = flaw
        self.initial = State(NONE, False, 0, False, (FREE, FREE), (), None, False, 1, False)

    def steps(self, s):
        yield from self.life(s)
        for at in NUMBERS:
            if s.launches[at] in (LIVES, ENDING) and len(s.releases) < 2:
                yield "a release of %d begins" % at, s._replace(releases=s.releases + (("read", at, None),))
        for at, process in enumerate(s.releases):
            rest = s._replace(releases=s.releases[:at] + s.releases[at + 1 :])
            yield "a release dies", rest
            yield from self.release(rest, process)
        yield from self.sweeps(s)

    def life(self, s):
        free = s.launches[s.number] == FREE
        if s.job == NONE:
            yield "it waits", s._replace(job=WAITS, indexed=True)
            yield "it runs, unheard of till now", s._replace(job=RUNS, indexed=True, for_other=True)
        if s.job in (NONE, WAITS) and free:
            launches = put(s.launches, s.number, LIVES)
            yield "it is admitted", s._replace(job=STARTS, indexed=False, for_other=False, launches=launches)
        if s.job == WAITS and not free and s.number + 1 in NUMBERS and s.launches[s.number] in (ENDING, OVER):
            yield "it gets a new number", s._replace(number=s.number + 1)
        if s.job in (WAITS, STARTS):
            indexed = s.indexed and self.flaw != "in-progress-removes-it"
            yield "it starts on its machine", s._replace(job=RUNS, indexed=indexed)
            yield "it starts on another's machine", s._replace(job=RUNS, indexed=indexed, for_other=True)
        if s.job == RUNS:
            yield "it is handed back", s._replace(job=STARTS)
        if s.job in (STARTS, WAITS) and s.number + 1 in NUMBERS:
            yield "GitHub holds it back", s._replace(job=WAITS, indexed=True, number=s.number + 1, for_other=False)
        if s.job == STARTS:
            yield "it waits again", s._replace(job=WAITS, indexed=True)
        if s.job in OPEN:
            yield "it ends", s._replace(job=ENDED, indexed=False, was_over=True)
        if s.job == ENDED and s.reopens:
            indexed = self.flaw != "reopen-stays-out"
            yield "GitHub ran it after its end", s._replace(job=RUNS, indexed=indexed, reopens=s.reopens - 1)

    def release(self, s, process):
        step, at, seen = process

        def to(step, seen=None, **changes):
            return s._replace(releases=s.releases + ((step, at, seen),), **changes)

        if s.launches[at] not in (LIVES, ENDING) and step != "put back":
            yield "a release of %d finds it over" % at, s
        elif step == "read":
            seen = s.job in OPEN
            if self.flaw == "covered-by-its-row":
                seen = seen and not s.for_other
            yield "a release of %d reads the job" % at, to("write", seen)
        elif step == "put back":
            yield "a release puts the job back", s._replace(indexed=s.job in OPEN)
        else:
            if s.launches[at] == LIVES:
                # Something of its machine is left, or the row was written meanwhile.
                yield "launch %d gives its slot back" % at, to("read", launches=put(s.launches, at, ENDING))
            yield from self.end(s, at, seen, to)

    def end(self, s, at, seen, to):
        label = "launch %d is over" % at
        after = s._replace(launches=put(s.launches, at, OVER))
        if not seen or self.flaw == "release-forgets-the-job":
            yield label, after
        elif self.flaw == "release-puts-back-later":
            yield label, to("put back", launches=after.launches)
        elif s.job in OPEN or self.flaw == "put-back-unconditional":
            yield label + ", and the job is back", after._replace(indexed=True)
        else:
            yield "the job forbids it", to("read")

    def sweeps(self, s):
        lives = s.launches[s.number] == LIVES
        if s.sweep is None and lives:
            yield "a sweep reads a launch, and its job", s._replace(sweep="open" if s.job in OPEN else "over")
            yield "a sweep reads a launch alone", s._replace(sweep="unread")
        elif s.sweep is not None:
            takes = s.sweep == "over" or (s.sweep == "unread" and self.flaw == "sweep-takes-unread-for-over")
            wrong = takes and not s.was_over
            yield "a sweep judges", s._replace(sweep=None, wrong=s.wrong or wrong)

    @staticmethod
    def broken(_, s):
        covered = any(launch in (LIVES, ENDING) for launch in s.launches)
        if s.job in OPEN and not s.indexed and not covered:
            return "C1"
        if s.indexed and s.job not in OPEN:
            return "C2"
        return "C3" if s.wrong else None

    @staticmethod
    def good(s):
        return s.job == ENDED and all(launch in (FREE, OVER) for launch in s.launches) and not s.releases


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]


if __name__ == "__main__":
    sys.exit(main("cover", Cover, FLAWS))
