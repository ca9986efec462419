"""One RunInstances for several launches, as a program that explores every reachable state of a group of two.

A holder has the leases of both launches, writes their intents (one token, an index each) and sends the one call, as
often as it gets no answer. EC2 starts both machines, or the first alone for want of capacity, or takes the call a
moment late, and may hide its machines until the grace is over. The holder may crash or fall asleep anywhere. After it,
two invocations that find one launch each, and the sweep, go on in every order; they crash, too.

S1: a launch has one machine at most. S2: no machine lives, or comes to live, whose launch has ended. S3: a row names
its own machine. L1: from every state, with no further fault, the end can be reached: each launch runs on its machine,
or has ended without one.

    python3 -m group_model                       explores the protocol, and then each flaw, which must break its rule
    python3 -m group_model --flaw replay-by-one  the shortest way to what a flaw breaks
"""

import sys
from collections import namedtuple

from small_model import main

BOTH = (0, 1)
HELD, LAUNCHING, RUNNING, ENDED = "held", "launching", "running", "ended"
GROUP, SINGLE = "group", "single"

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "replay-by-one": "S2",  # who takes over one launch of a group sends the group's call again
    "conclude-at-once": "S1",  # no machine by the token proves it, however young the intent
    "any-of-token": "S3",  # takes whatever machine the token has, not the one of its index
    "send-late": "S2",  # the holder sends without a look at its leases
    "ask-for-all": "S1",  # a launch whose intent could not be written is asked for all the same
    "call-before-intents": "S1",  # asks first, and writes down what it asked for afterwards
}

# Rows: state, intent, instance (a machine's name), lease's owner. Young: within the grace of its last write.
Row = namedtuple("Row", "state intent instance owner young")
# machines: the names of those that live, (intent, index). known: what was started by the group's call, None before.
# flight: the holder's call is under way. over: the holder's leases have run out by the clock.
State = namedtuple("State", "holder rows machines known shown flight over procs faults")
START = Row(HELD, None, None, "holder", True)


class Group:
    def __init__(self, flaw=""):
        self.flaw = flaw
        self.initial = State(("write", 0, ()), (START, START), frozenset(), None, True, False, False, (), 2)

    def steps(self, s):
        """Every (label, next state)."""
        if s.holder is not None:
            yield from self.hold(s)
        if s.flight:
            yield from self.arrive(s)
        if not s.shown:
            yield "EC2 shows the machines", s._replace(shown=True)
        # A request arrives, or is given up, while the leases last.
        if not s.over and not s.flight:
            yield "the holder's leases run out", s._replace(over=True)
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
        holder = s.holder is not None and not s.over
        if row.owner == "holder" and s.over or row.owner not in (None, "holder") and not working:
            yield "the lease of %d ends" % i, self.write(s, i, owner=None, quiet=True)
        if row.young and not working and not holder and not s.flight and row.owner is None and s.over:
            yield "the grace of %d ends" % i, self.write(s, i, young=False, quiet=True)._replace(shown=True)

    # The holder.

    def hold(self, s):
        step, at, members = s.holder
        if s.faults:
            yield "CRASH of the holder", s._replace(holder=None, faults=s.faults - 1)
        if s.over and not (self.flaw == "send-late" and step == "call"):
            yield "nothing more is sent", s._replace(holder=None)
            return
        if step == "write":
            yield from self.write_intents(s, at, members)
        elif step == "call":
            yield "RunInstances sent", s._replace(holder=("wait", 0, members), flight=True)
        elif step == "wait":
            yield from self.answer(s, members)
        elif step == "record":
            yield from self.record(s, at, members)

    def write_intents(self, s, at, members):
        if at == len(BOTH):
            if len(members) == len(BOTH) or self.flaw == "ask-for-all" and members:
                yield "all intents are written", s._replace(holder=("call", 0, members))
            else:
                # The rest asks for its own: as the launch model has it.
                yield "the group is too small", self.drop(s._replace(holder=None))
            return
        following = ("write", at + 1, members + (at,))
        if self.flaw == "call-before-intents":
            yield "%d joins" % at, s._replace(holder=following)
            return
        yield "intent of %d" % at, self.write(s, at, state=LAUNCHING, intent=GROUP)._replace(holder=following)
        if s.faults:
            lost = self.write(s, at, owner=None, quiet=True)._replace(holder=("write", at + 1, members))
            yield "the intent of %d can't be written" % at, lost._replace(faults=s.faults - 1)

    def arrive(self, s):
        calm = s._replace(flight=False)
        if s.known is not None:
            yield "EC2 knows the token", calm
            return
        for started in (BOTH, (0,)):
            named = frozenset((GROUP, i) for i in started)
            for shown in (True, False):
                after = calm._replace(machines=s.machines | named, known=started, shown=shown)
                yield "EC2 starts %s%s" % (started, "" if shown else ", hidden"), after
        if s.faults:
            yield "the call is lost", calm._replace(faults=s.faults - 1)

    def answer(self, s, members):
        if not s.flight and s.known is not None:
            yield "the answer", s._replace(holder=("record", 0, members))
        if s.faults:
            less = s._replace(faults=s.faults - 1)
            yield "no answer in time, once more", less._replace(holder=("call", 0, members))
        yield "gives up", self.drop(s._replace(holder=None))

    def record(self, s, at, members):
        if at == len(members):
            yield "done", self.drop(s._replace(holder=None))
            return
        i, following = members[at], ("record", at + 1, members)
        if i in s.known:
            after = self.write(s, i, state=RUNNING, instance=(GROUP, i), owner=None)
        else:
            # Proof: the call has its answer, and no later one changes it.
            after = self.write(s, i, state=ENDED, owner=None)
        yield "the answer's word on %d" % i, after._replace(holder=following)

    # Who finds one launch of the group: a redelivery of its message, or the sweep.

    def begin(self, s, i):
        row = s.rows[i]
        if row.state not in (HELD, LAUNCHING) or row.owner is not None or len(s.procs) == 2:
            return
        if any(proc[1] == i and proc[0] == "worker" for proc in s.procs):
            return
        yield "worker reads %d" % i, s._replace(procs=s.procs + (("worker", i, "look", row, False),))
        if not row.young and row.intent is not None:
            yield "sweep reads %d" % i, s._replace(procs=s.procs + (("sweep", i, "lease", row, False),))

    def go_on(self, s, proc, rest):
        who, i, step, seen, leased = proc

        def to(step, state=s, leased=leased):
            others = tuple(one for one in state.procs if one is not proc)
            return state._replace(procs=others + ((who, i, step, seen, leased),))

        if step == "look":
            yield from self.look(s, proc, rest, to)
        elif step == "lease":
            # Only if no other write reached the row since it was read.
            if s.rows[i] != seen or seen.owner is not None:
                yield "%s finds another at work on %d" % (who, i), rest
            else:
                yield "%s takes the lease of %d" % (who, i), to("judge", self.write(s, i, owner=who), True)
        elif step == "judge":
            yield from self.judge(s, proc, rest, to)
        elif step == "intent":
            yield "intent of its own for %d" % i, to("run", self.write(s, i, state=LAUNCHING, intent=SINGLE))
        elif step == "run":
            yield from self.run(s, i, to)
        elif step == "record":
            yield from self.settle(s, i, rest)

    def look(self, s, proc, rest, to):
        """Without the lease a machine that is there is enough to go on, and one that is not proves nothing."""
        who, i, _, seen, _ = proc
        if seen.intent != GROUP or self.flaw == "replay-by-one":
            yield "%s goes on with %d" % (who, i), to("lease")
        elif self.found(s, i) is not None or not seen.young or self.flaw == "conclude-at-once":
            yield "%s looks for %d" % (who, i), to("lease")
        else:
            yield "%s leaves %d, too young" % (who, i), rest

    def found(self, s, i):
        mine = [one for one in s.machines if one[0] == GROUP and (one[1] == i or self.flaw == "any-of-token")]
        return min(mine) if mine and s.shown else None

    def judge(self, s, proc, rest, to):
        who, i, _, seen, _ = proc
        machine = self.found(s, i) if seen.intent == GROUP else None
        if seen.intent == SINGLE and who == "sweep":
            machine = (SINGLE, i) if (SINGLE, i) in s.machines else None
        if machine is not None:
            yield "%s adopts %s" % (who, machine), self.finish(s, rest, i, state=RUNNING, instance=machine, owner=None)
        elif who == "sweep":
            yield "sweep ends %d" % i, self.finish(s, rest, i, state=ENDED, owner=None)
        elif seen.intent == GROUP and self.flaw == "replay-by-one":
            names = frozenset((GROUP, j) for j in BOTH)
            again = s._replace(machines=s.machines | names, known=BOTH) if s.known is None else s
            yield "%s replays the group's call" % who, to("record", again)
        elif seen.intent == GROUP and seen.young and self.flaw != "conclude-at-once":
            # It was there a moment ago, and the lease is given back.
            yield "%s finds none any more" % who, self.finish(s, rest, i, owner=None, quiet=True)
        elif seen.intent == SINGLE:
            yield "%s repeats its own call" % who, to("run")
        else:
            yield "%s has the proof for %d" % (who, i), to("intent")

    def run(self, s, i, to):
        yield "EC2 starts %d alone" % i, to("record", s._replace(machines=s.machines | {(SINGLE, i)}))
        if (SINGLE, i) not in s.machines:
            yield "EC2 refuses %d" % i, to("record")

    def settle(self, s, i, rest):
        kind = s.rows[i].intent
        if (kind, i) in s.machines:
            yield "instance of %d" % i, self.finish(s, rest, i, state=RUNNING, instance=(kind, i), owner=None)
        else:
            yield "no machine for %d" % i, self.finish(s, rest, i, state=ENDED, owner=None)

    # Writes.

    def write(self, s, i, quiet=False, **changes):
        """@param quiet: no progress, so the grace still counts from the last step"""
        row = s.rows[i]._replace(**({} if quiet else {"young": True}), **changes)
        return s._replace(rows=s.rows[:i] + (row,) + s.rows[i + 1 :])

    def finish(self, s, rest, i, **changes):
        return self.write(s, i, **changes)._replace(procs=rest.procs)

    def drop(self, s):
        for i in BOTH:
            if s.rows[i].owner == "holder":
                s = self.write(s, i, owner=None, quiet=True)
        return s

    @staticmethod
    def broken(_, s):
        for i in BOTH:
            mine = [one for one in s.machines if one[1] == i]
            if s.rows[i].state == ENDED and mine:
                return "S2"
            if len(mine) > 1:
                return "S1"
            if s.rows[i].instance is not None and s.rows[i].instance[1] != i:
                return "S3"
        return None

    @staticmethod
    def good(s):
        if s.holder is not None or s.procs or s.flight:
            return False
        return all(row.state == ENDED or row.state == RUNNING and row.instance in s.machines for row in s.rows)


if __name__ == "__main__":
    sys.exit(main("group", Group, FLAWS))
