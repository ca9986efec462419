"""What models of one RunInstances for two launches have in common: EC2's side, and those who find one launch of it.

A model says who asks, by `ask`, `asker`, `is_over`, `is_idle` and `asked`, and how a launch has its machine, by `takes`
and `SETTLED`.
"""

from collections import namedtuple

BOTH = (0, 1)
HELD, LAUNCHING, RUNNING, ENDED = "held", "launching", "running", "ended"
SINGLE = "single"

# Instance: a machine's name, the intent and the index. Young: within the grace of its last write. Owner: of the lease.
Row = namedtuple("Row", "state intent instance owner young")


class OneCall:
    """Its states have the fields rows, machines, known, shown, flight, procs and faults, beside its own."""

    # The intent of the call that both share.
    SHARED = ""
    # How a launch's row goes on once its machine is known.
    SETTLED = {}

    def __init__(self, flaw=""):
        self.flaw = flaw

    def steps(self, s):
        """Every (label, next state)."""
        yield from self.ask(s)
        if s.flight:
            yield from self.arrive(s)
        if not s.shown:
            yield "EC2 shows the machines", s._replace(shown=True)
        for at, proc in enumerate(s.procs):
            rest = s._replace(procs=s.procs[:at] + s.procs[at + 1 :])
            if s.faults:
                yield "CRASH of %s" % proc[0], rest._replace(faults=s.faults - 1)
            yield from self.go_on(s, proc, rest)
        for i in BOTH:
            yield from self.pass_time(s, i)
            yield from self.begin(s, i)

    def pass_time(self, s, i):
        row, working = s.rows[i], any(proc[1] == i for proc in s.procs)
        name, works, over = self.asker(s, i)
        if row.owner == name and over or row.owner not in (None, name) and not working:
            yield "the lease of %d ends" % i, self.write(s, i, owner=None, quiet=True)
        # The grace is longer than who sends the call may take to: those leases began before the call was there.
        busy = working or works and not over or s.flight or row.owner is not None
        if row.young and not busy and self.is_over(s):
            yield "the grace of %d ends" % i, self.write(s, i, young=False, quiet=True)._replace(shown=True)

    def arrive(self, s):
        calm = s._replace(flight=False)
        if s.known is not None:
            yield "EC2 knows the token", calm
            return
        asked = self.asked(s)
        for started in {asked, asked[:1]}:
            for shown in (True, False):
                after = calm._replace(machines=s.machines | self.named(started), known=started, shown=shown)
                yield "EC2 starts %s%s" % (started, "" if shown else ", hidden"), after
        if s.faults:
            yield "the call is lost", calm._replace(faults=s.faults - 1)

    def named(self, launches):
        return frozenset((self.SHARED, i) for i in launches)

    # Who finds one launch: a redelivery of its message, or the sweep.

    def begin(self, s, i):
        row = s.rows[i]
        if row.state not in (HELD, LAUNCHING) or row.owner is not None or len(s.procs) == 2:
            return
        if any(proc[1] == i and proc[0] == "worker" for proc in s.procs):
            return
        yield "worker reads %d" % i, s._replace(procs=s.procs + (("worker", i, "look", row),))
        if not row.young and row.intent is not None and row.instance is None:
            yield "sweep reads %d" % i, s._replace(procs=s.procs + (("sweep", i, "lease", row),))

    def go_on(self, s, proc, rest):
        who, i, step, seen = proc
        if step == "look":
            yield from self.look(s, proc, rest)
        elif step == "lease":
            # Only if no other write reached the row since it was read.
            if s.rows[i] != seen or seen.owner is not None:
                yield "%s finds another at work on %d" % (who, i), rest
            else:
                yield "%s takes the lease of %d" % (who, i), onward(self.write(s, i, owner=who), proc, "judge")
        elif step == "judge":
            yield from self.judge(s, proc, rest)
        elif step == "intent":
            after = self.write(s, i, state=LAUNCHING, intent=SINGLE)
            yield "intent of its own for %d" % i, onward(after, proc, "run")
        elif step == "run":
            started = s._replace(machines=s.machines | {(SINGLE, i)})
            yield "EC2 starts %d alone" % i, onward(started, proc, "record")
            if (SINGLE, i) not in s.machines:
                yield "EC2 refuses %d" % i, onward(s, proc, "record")
        elif step == "record":
            yield from self.settle(s, i, rest)

    def look(self, s, proc, rest):
        """Without the lease a machine that is there is enough to go on, and one that is not proves nothing."""
        who, i, _, seen = proc
        if seen.intent != self.SHARED or seen.instance is not None or self.flaw == "replay-by-one":
            yield "%s goes on with %d" % (who, i), onward(s, proc, "lease")
        elif self.found(s, i) is not None or not seen.young or self.flaw == "conclude-at-once":
            yield "%s looks for %d" % (who, i), onward(s, proc, "lease")
        else:
            yield "%s leaves %d, too young" % (who, i), rest

    def found(self, s, i):
        mine = [one for one in s.machines if one[0] == self.SHARED and (one[1] == i or self.flaw == "any-of-token")]
        return min(mine) if mine and s.shown else None

    def judge(self, s, proc, rest):
        who, i, _, seen = proc
        machine = self.found(s, i) if seen.intent == self.SHARED else None
        if seen.intent == SINGLE and who == "sweep":
            machine = (SINGLE, i) if (SINGLE, i) in s.machines else None
        if machine is not None:
            yield self.takes(s, proc, rest, machine)
        elif who == "sweep":
            yield "sweep ends %d" % i, self.finish(s, rest, i, state=ENDED, owner=None)
        elif seen.intent == self.SHARED and self.flaw == "replay-by-one":
            asked = self.asked(s)
            again = s._replace(machines=s.machines | self.named(asked), known=asked) if s.known is None else s
            yield "%s replays the shared call" % who, onward(again, proc, "record")
        elif seen.intent == self.SHARED and seen.young and self.flaw != "conclude-at-once":
            # It was there a moment ago, and the lease is given back.
            yield "%s finds none any more" % who, self.finish(s, rest, i, owner=None, quiet=True)
        elif seen.intent == SINGLE:
            yield "%s repeats its own call" % who, onward(s, proc, "run")
        else:
            yield "%s has the proof for %d" % (who, i), onward(s, proc, "intent")

    def takes(self, s, proc, rest, machine):
        who, i = proc[:2]
        after = self.finish(s, rest, i, instance=machine, owner=None, **self.SETTLED)
        return "%s adopts %s" % (who, machine), after

    def settle(self, s, i, rest):
        kind = s.rows[i].intent
        if (kind, i) in s.machines:
            after = self.finish(s, rest, i, instance=(kind, i), owner=None, **self.SETTLED)
            yield "instance of %d" % i, after
        else:
            yield "no machine for %d" % i, self.finish(s, rest, i, state=ENDED, owner=None)

    # Writes.

    def write(self, s, i, quiet=False, **changes):
        """@param quiet: no progress, so the grace still counts from the last step"""
        row = s.rows[i]._replace(**({} if quiet else {"young": True}), **changes)
        return s._replace(rows=put(s.rows, i, row))

    def finish(self, s, rest, i, **changes):
        return self.write(s, i, **changes)._replace(procs=rest.procs)

    # Rules.

    def broken(self, _, s):
        for i in BOTH:
            row, mine = s.rows[i], [one for one in s.machines if one[1] == i]
            if row.state == ENDED and mine:
                return "S2"
            if len(mine) > 1:
                return "S1"
            if row.instance is not None and row.instance[1] != i:
                return "S3"
        return None

    def good(self, s):
        if not self.is_idle(s) or s.procs or s.flight:
            return False
        return all(row.state == ENDED or row.state == RUNNING and row.instance in s.machines for row in s.rows)


def onward(s, proc, step):
    """One who works comes to its next step, last of all: they are in no order."""
    who, i, _, seen = proc
    return s._replace(procs=tuple(one for one in s.procs if one is not proc) + ((who, i, step, seen),))


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]
