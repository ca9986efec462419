"""The filling of a pool by one call for several machines, as a program that explores every reachable state.

Two places, two calls and one launch at most, two processes (a filler, a sweep) that are interleaved in every way; one
may crash between any two calls; EC2 starts both machines of a call, one, or none, and may not answer; a machine may be
lost. A launch takes what has announced itself, and a job on a taken machine says what it finds in its user data: all
machines of its call have the same.

S2: no machine is announced by another one's job. S3: the sweep ends no machine that a place or a launch has, nor one
whose filler is about to record it. S4: a place names the machine of its own number. L1: from every state, with no
further fault, the end can be reached: no process, and no machine but those that are taken and those that wait,
announced, in a place of their own.

    python3 -m fill_model                       explores the protocol, and then each flaw, which must break its rule
    python3 -m fill_model --flaw named-by-call  the shortest way to what a flaw breaks
"""

import sys

from small_model import main

PLACES, CALLS, LAUNCHES = range(2), 2, 1
UP, DEAD = "up", "dead"
ROOT, JOB = "root", "job"

FLAWS = {
    "announce-by-secret": "S2",  # the interface is not asked for, so whoever has the secret speaks for its siblings
    "named-by-id-alone": "S3",  # the sweep ends what EC2 started before its filler could record it
    "index-by-order": "S4",  # machines are matched by their order in EC2's answer
    "named-by-call": "L1",  # a machine counts as named as long as any place has its call
}


class Fill:
    """A state: rows by place (call, index, machine, nonce) or None, machines {(call, index): life}, those taken,
    calls made, processes, faults left."""

    def __init__(self, flaw=""):
        self.flaw = flaw
        self.initial = ((None, None), frozenset(), frozenset(), 0, (), 1)

    def steps(self, s):
        rows, machines, taken, calls, procs, faults = s
        for at, proc in enumerate(procs):
            rest = procs[:at] + procs[at + 1 :]
            if faults:
                yield "CRASH of a %s" % proc[0], (rows, machines, taken, calls, rest, faults - 1)
            yield from getattr(self, proc[0])(s, proc, rest)
        if len(procs) < 2:
            free = tuple(place for place in PLACES if rows[place] is None)
            if free and calls < CALLS:
                yield (
                    "a filler begins",
                    (rows, machines, taken, calls + 1, procs + (("filler", calls, "occupy", free),), faults),
                )
            if not any(proc[0] == "sweep" for proc in procs):
                yield "a sweep begins", (rows, machines, taken, calls, procs + (("sweep", "list", None),), faults)
        yield from self.world(s)

    def filler(self, s, proc, rest):
        rows, machines, taken, calls, _, faults = s
        _, call, step, todo = proc

        def to(step, todo, rows=rows, machines=machines):
            more = () if step is None else (("filler", call, step, todo),)
            return (rows, machines, taken, calls, rest + more, faults)

        mine = [place for place in PLACES if rows[place] and rows[place][0] == call]
        if step == "occupy":
            place = todo[0]
            if rows[place] is not None:
                # The numbers of those behind it would not be what EC2 counts.
                yield "another has the place", to("ask" if mine else None, ())
            else:
                after = put(rows, place, (call, len(mine), None, None))
                yield "place %d is taken" % place, to("occupy" if todo[1:] else "ask", todo[1:], rows=after)
        elif step == "ask":
            size = len(mine)
            for count in range(size + 1):
                started = frozenset(((call, index), UP) for index in range(count))
                shown = tuple(range(count))
                yield "EC2 starts %d of %d" % (count, size), to("record", shown, machines=machines | started)
                if count in (0, size) and faults:
                    gone = to(None, None, machines=machines | started)
                    yield "EC2 starts %d, without an answer" % count, put(gone, 5, faults - 1)
        elif step == "record":
            for place in mine:
                _, index, known, nonce = rows[place]
                if known is not None:
                    continue
                which = len(todo) - 1 - index if self.flaw == "index-by-order" else index
                if index in todo:
                    yield (
                        "place %d is known" % place,
                        to(step, todo, rows=put(rows, place, (call, index, (call, which), nonce))),
                    )
                else:
                    yield "place %d is free again" % place, to(step, todo, rows=put(rows, place, None))
                return
            yield "filled", to(None, None)

    def sweep(self, s, proc, rest):
        """Which machines there are, then the places; in this order none is overlooked."""
        rows, machines, taken, calls, procs, faults = s
        _, step, seen = proc
        if step == "list":
            alive = tuple(sorted(one for one, life in machines if life == UP))
            yield "the sweep lists", (rows, machines, taken, calls, rest + (("sweep", "act", alive),), faults)
            return
        after, cleared = machines, rows
        for one in seen:
            if one not in taken and not self.named(one, rows):
                after = (after - {(one, UP)}) | {(one, DEAD)}
        for place in PLACES:
            row = rows[place]
            if row is None:
                continue
            # Past the grace nobody is at work on it any more.
            filling = any(other[0] == "filler" and other[1] == row[0] for other in procs)
            if (row[2] is None and not filling) or (row[2] is not None and (row[2], DEAD) in machines):
                cleared = put(cleared, place, None)
        yield "the sweep acts", (cleared, after, taken, calls, rest, faults)

    def named(self, one, rows):
        if self.flaw == "named-by-call":
            return any(row and (row[0] == one[0] or row[2] == one) for row in rows)
        unknown = () if self.flaw == "named-by-id-alone" else [row[:2] for row in rows if row and row[2] is None]
        return one in unknown or any(row and row[2] == one for row in rows)

    def world(self, s):
        rows, machines, taken, calls, procs, faults = s
        for place in PLACES:
            row = rows[place]
            if row is None or row[2] is None or (row[2], UP) not in machines:
                continue
            call, index, machine, nonce = row
            if nonce is None:
                yield (
                    "the machine in %d announces itself" % place,
                    put(s, 0, put(rows, place, (call, index, machine, ROOT))),
                )
                siblings = [one for one in taken if one[0] == call and one != machine]
                if siblings and self.flaw == "announce-by-secret":
                    yield "a job announces it", put(s, 0, put(rows, place, (call, index, machine, JOB)))
            elif len(taken) < LAUNCHES:
                gone = put(put(s, 0, put(rows, place, None)), 2, taken | {machine})
                yield "a launch takes the machine in %d" % place, gone
        for one, life in machines:
            if faults and life == UP:
                yield "%s is lost" % (one,), put(put(s, 1, (machines - {(one, UP)}) | {(one, DEAD)}), 5, faults - 1)

    @staticmethod
    def broken(before, after):
        for row in after[0]:
            if row and row[2] is not None and row[2] != row[:2]:
                return "S4"
        if any(row and row[3] == JOB for row in after[0]):
            return "S2"
        swept = any(proc[0] == "sweep" and proc not in after[4] for proc in before[4])
        for one, life in after[1]:
            if not swept or life != DEAD or (one, UP) not in before[1] or before[5] != after[5]:
                continue
            rows = before[0]
            recorded = [proc for proc in before[4] if proc[0] == "filler" and proc[2] == "record" and one[1] in proc[3]]
            awaited = recorded and any(row and row[:2] == one for row in rows)
            if one in before[2] or awaited or any(row and row[2] == one for row in rows):
                return "S3"
        return None

    @staticmethod
    def good(s):
        rows, machines, taken, _, procs, _ = s
        alive = {one for one, life in machines if life == UP}
        waiting = {row[2] for row in rows if row and row[2] is not None and row[3] is not None}
        full = all(row is None or row[2] in waiting & alive for row in rows)
        return not procs and full and alive <= taken | waiting


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]


if __name__ == "__main__":
    sys.exit(main("fill", Fill, FLAWS))
