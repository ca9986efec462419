"""The limit over all tenants as a program that explores every reachable state of a small fleet.

Two shares, three jobs: two of tenant 0, one of tenant 1. Two processes are interleaved in every way and may crash
between any two calls; the total is lowered at any time.

S1: no slot is given that is one too many by the total that it was decided under. S2: a live launch holds a slot of the
share that its row names. L1: from every state, with no further crash, the end can be reached at which every job has
run and no slot is held.

    python3 -m fleet_model                     explores the protocol, and then each flaw, which must break its rule
    python3 -m fleet_model --flaw blind-share  the shortest way to what a flaw breaks
"""

import sys

from small_model import main

TENANT = (0, 0, 1)
JOBS = range(3)
SHARES = range(2)
NEW, PARKED, LIVE, FREED, OVER = "new", "parked", "live", "freed", "over"
READ, TAKE, JOIN, PARK, FREE, END, TURNS = "read", "take", "join", "park", "free", "end", "turns"

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "blind-share": "S1",  # a share takes any number of slots
    "beside-excess": "S1",  # admits while another share has more than its size
    "end-before-slot": "L1",  # the row ends before the slot is given back, and nobody looks up slots
    "move-in-two": "S2",  # a slot goes to another share without its launch's row
}


def size_of(share, total):
    return total // len(SHARES) + (1 if share < total % len(SHARES) else 0)


def sizes(slots):
    return [sum(1 for held in slots if held == share) for share in SHARES]


class Fleet:
    """A state: total, crashes left, jobs, slots and rows (the share of each, or None), who waits, processes."""

    def __init__(self, flaw=""):
        self.flaw = flaw
        self.initial = (2, 1, (NEW,) * 3, (None,) * 3, (None,) * 3, (), ())

    def steps(self, s):
        total, crashes, jobs, slots, rows, waiting, procs = s
        busy = {job for job, *_ in procs}
        if total == 2:
            yield "the total is lowered", (1, crashes, jobs, slots, rows, waiting, procs)
        for at, proc in enumerate(procs):
            rest = procs[:at] + procs[at + 1 :]
            if crashes:
                yield "CRASH before %s" % proc[1], (total, crashes - 1, jobs, slots, rows, waiting, rest)
            yield from self.call(s, proc, rest)
        if len(procs) == 2:
            return
        for job in JOBS:
            if job in busy:
                continue
            if jobs[job] == NEW:
                yield "message received", (*s[:6], procs + (begin(job, READ),))
            if jobs[job] == LIVE:
                step = END if self.flaw == "end-before-slot" else FREE
                yield "machine ends", (*s[:6], procs + (begin(job, step),))
            if jobs[job] == FREED:
                yield "sweep: finishes the release", (*s[:6], procs + (begin(job, FREE),))
            if jobs[job] == PARKED and sum(sizes(slots)) < total:
                yield "sweep: wakes", (*s[:6], procs + (begin(job, READ, again=True),))
        yield from self.settle(s)

    def settle(self, s):
        total, crashes, jobs, slots, rows, waiting, procs = s
        for job in JOBS:
            stale = slots[job] is not None and (jobs[job] == OVER or rows[job] != slots[job])
            if stale and self.flaw != "end-before-slot":
                yield "sweep: frees a slot", (total, crashes, jobs, put(slots, job, None), rows, waiting, procs)
        held = sizes(slots)
        for job in JOBS:
            share = slots[job]
            if share is None or jobs[job] != LIVE or held[share] <= size_of(share, total):
                continue
            for to in SHARES:
                if held[to] < size_of(to, total):
                    moved = rows if self.flaw == "move-in-two" else put(rows, job, to)
                    yield "sweep: moves a slot", (total, crashes, jobs, put(slots, job, to), moved, waiting, procs)

    def call(self, s, proc, rest):
        total, crashes, jobs, slots, rows, waiting, _ = s
        job, step, share, seen, again, _ = proc

        # Whoever decided under the higher total may still write.
        bound = max([total, *(one[5] for one in rest)]) if step == READ else proc[5]

        def at(step, share=0, seen=0, again=again, jobs=jobs, slots=slots, rows=rows, waiting=waiting):
            return (total, crashes, jobs, slots, rows, waiting, rest + (begin(job, step, share, seen, again, bound),))

        def over(jobs=jobs, slots=slots, rows=rows, waiting=waiting):
            return (total, crashes, jobs, slots, rows, waiting, rest)

        if step == READ:
            yield from ((label, at(*then)) for label, then in self.decide(s, job, again))
        elif step == TAKE:
            below = size_of(share, seen)
            if jobs[job] not in (NEW, PARKED):
                yield "the job has gone on", over()
            elif sizes(slots)[share] < below or self.flaw == "blind-share":
                left = tuple(one for one in waiting if one != TENANT[job])
                taken = put(slots, job, share)
                yield "slot, row and job in one write", over(put(jobs, job, LIVE), taken, put(rows, job, share), left)
            else:
                yield "the share has no slot left", at(READ)
        elif step == JOIN:
            joined = waiting if TENANT[job] in waiting else waiting + (TENANT[job],)
            yield "waits for a turn", at(PARK, waiting=joined)
        elif step == PARK:
            parked = put(jobs, job, PARKED) if jobs[job] == NEW else jobs
            yield "job -> parked", over(parked) if again else at(READ, again=True, jobs=parked)
        elif step == FREE:
            yield "slot given back", at(END, jobs=put(jobs, job, FREED), slots=put(slots, job, None))
        elif step == END:
            yield "row -> ended", at(TURNS, jobs=put(jobs, job, OVER))
        elif step == TURNS:
            yield from self.give_turn(s, over)

    def decide(self, s, job, again):
        total, _, _, slots, _, waiting, _ = s
        held = sizes(slots)
        excess = any(held[share] > size_of(share, total) for share in SHARES) and self.flaw != "beside-excess"
        machines = [sum(1 for one in JOBS if slots[one] is not None and TENANT[one] == who) for who in (0, 1)]
        own = TENANT[job]
        order = waiting.index(own) if own in waiting else len(waiting)
        ahead = [who for at, who in enumerate(waiting) if who != own and (machines[who], at) < (machines[own], order)]
        free = 0 if excess else total - sum(held)
        room = [share for share in SHARES if held[share] < size_of(share, total)]
        if free <= len(ahead) and not (self.flaw == "beside-excess" and room) or not room:
            yield "no slot of the fleet", (JOIN, 0, 0)
            return
        for share in room:
            yield "share %d has room" % share, (TAKE, share, total)

    def give_turn(self, s, over):
        """The first of those that wait gets the slot, or waits no longer."""
        _, _, jobs, _, _, waiting, procs = s
        if not waiting:
            yield "nobody waits", over()
            return
        first = waiting[0]
        ready = [j for j in JOBS if TENANT[j] == first and jobs[j] == PARKED and all(j != one[0] for one in procs)]
        if not ready:
            yield "whose turn it is has no job", over(waiting=waiting[1:])
            return
        t = over()
        yield "a turn", (*t[:6], t[6] + (begin(ready[0], READ, again=True),))

    @staticmethod
    def broken(before, after):
        for job in JOBS:
            if after[2][job] == LIVE and after[3][job] != after[4][job]:
                return "S2"
        given = [job for job in JOBS if before[3][job] is None and after[3][job] is not None]
        for job in given:
            bound = next(proc[5] for proc in before[6] if proc[0] == job and proc[1] == TAKE)
            if sum(sizes(after[3])) > bound:
                return "S1"
        return None

    @staticmethod
    def good(s):
        return all(job == OVER for job in s[2]) and not any(held is not None for held in s[3]) and not s[6]


def begin(job, step, share=0, seen=0, again=False, bound=0):
    return (job, step, share, seen, again, bound)


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]


if __name__ == "__main__":
    sys.exit(main("fleet", Fleet, FLAWS))
