"""One RunInstances for launches of several tenants and invocations, as a program that explores every reachable state.

An opener makes an order with its launch 0; a joiner adds launch 1 to it while it is open, in the write of its intent.
The opener closes the order, sends the one call, and writes EC2's answer where the joiner reads it. Each machine is of
no tenant until its launch's own worker has given it the tenant's group and tags. EC2 starts as many machines as were
ordered, or fewer, takes the call a moment late, and may hide its machines until the grace is over. Opener and joiner
may crash or fall asleep anywhere. After them, invocations that find one launch each, and the sweep, go on in every
order.

S1: a launch has one machine at most. S2: no machine lives, or comes to live, whose launch has ended. S3: a row names
its own machine. S4: a launch that runs is on a machine with its own tenant's group and tags. S5: no machine is started
for nobody. L1: from every state, with no further fault, the end can be reached: each launch runs on its machine, or has
ended without one.

    python3 -m order_model                     explores the protocol, and then each flaw, which must break its rule
    python3 -m order_model --flaw join-in-two  the shortest way to what a flaw breaks
"""

import sys
from collections import namedtuple

from small_model import main

BOTH = (0, 1)
OPENER, JOINER = 0, 1
HELD, LAUNCHING, RUNNING, ENDED = "held", "launching", "running", "ended"
ORDER, SINGLE = "order", "single"

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "join-in-two": "S5",  # the order's count first, the launch's intent in a write of its own
    "silence-refuses": "S2",  # a joiner that hears nothing takes that for EC2's refusal
    "void-closed": "S2",  # a joiner that hears nothing voids an order that may have been sent
    "send-late": "S2",  # the opener sends without a look at its leases
    "replay-by-one": "S2",  # who takes over one launch sends the order's call again
    "conclude-at-once": "S1",  # no machine by the token proves it, however young the intent
    "any-of-token": "S3",  # takes whatever machine the token has, not the one of its index
    "run-undressed": "S4",  # the configuration is there before the group and the tags
}

# Young: within the grace of its last write. Owner: who has the lease, an invocation by its name.
Row = namedtuple("Row", "state intent instance owner young")
# work: what opener and joiner do next, None when they are gone. over: whose leases have run out by the clock. order:
# its state, and the launches that joined. known: what EC2 started by the call. reply: what the opener wrote of that.
State = namedtuple("State", "work over order rows machines dressed known reply shown flight procs faults")
NAMES = ("opener", "joiner")


class Order:
    def __init__(self, flaw=""):
        self.flaw = flaw
        rows = tuple(Row(HELD, None, None, name, True) for name in NAMES)
        empty = frozenset()
        self.initial = State(
            ("open", "join"), (False, False), (None, ()), rows, empty, empty, None, None, True, False, (), 1
        )

    def steps(self, s):
        """Every (label, next state)."""
        for who in BOTH:
            if s.work[who] is not None:
                yield from self.hold(s, who)
            # A request arrives, or is given up, while the leases last.
            if not s.over[who] and not (s.flight and who == OPENER):
                yield "the leases of the %s run out" % NAMES[who], s._replace(over=put(s.over, who, True))
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
        holder = s.work[i] is not None and not s.over[i]
        if row.owner == NAMES[i] and s.over[i] or row.owner not in (None, NAMES[i]) and not working:
            yield "the lease of %d ends" % i, self.write(s, i, owner=None, quiet=True)
        # The grace is longer than the opener may take to send: its leases began before the order was there.
        if row.young and not working and not holder and not s.flight and row.owner is None and s.over[OPENER]:
            yield "the grace of %d ends" % i, self.write(s, i, young=False, quiet=True)._replace(shown=True)

    # Opener and joiner, each with the lease of its own launch.

    def hold(self, s, who):
        step = s.work[who]
        name = NAMES[who]
        if s.faults:
            yield "CRASH of the %s" % name, self.to(s, who, None)._replace(faults=s.faults - 1)
        if s.over[who] and not (self.flaw == "send-late" and step == "call"):
            yield "the %s does nothing more" % name, self.to(s, who, None)
            return
        yield from getattr(self, step)(s, who)

    def open(self, s, who):
        after = self.write(s, who, state=LAUNCHING, intent=ORDER)
        yield "the order is open", self.to(after, who, "close")._replace(order=("open", (who,)))

    def join(self, s, who):
        if s.order[0] == "open":
            joined = s._replace(order=("open", (*s.order[1], who)))
            if self.flaw == "join-in-two":
                yield "the joiner is counted", self.to(joined, who, "intend")
            else:
                after = self.write(joined, who, state=LAUNCHING, intent=ORDER)
                yield "the joiner joins", self.to(after, who, "listen")
        # Closed, or none is open: it opens its own, which is as if it asked alone.
        yield "the joiner asks alone", self.to(self.drop(s, who), who, None)

    def intend(self, s, who):
        yield "the joiner's intent", self.to(self.write(s, who, state=LAUNCHING, intent=ORDER), who, "listen")

    def close(self, s, who):
        if s.order[0] == "open":
            yield "the order is closed", self.to(s, who, "call")._replace(order=("closed", s.order[1]))
        else:
            yield "the order is void", self.alone(s, who)

    def alone(self, s, who):
        """It asks again, by a call of its own, which is as if its message came again."""
        return self.to(self.drop(self.write(s, who, intent=SINGLE), who), who, None)

    def call(self, s, who):
        yield "RunInstances sent", self.to(s, who, "wait")._replace(flight=True)

    def arrive(self, s):
        calm = s._replace(flight=False)
        if s.known is not None:
            yield "EC2 knows the token", calm
            return
        for started in {s.order[1], s.order[1][:1]}:
            named = frozenset((ORDER, i) for i in started)
            for shown in (True, False):
                after = calm._replace(machines=s.machines | named, known=started, shown=shown)
                yield "EC2 starts %s%s" % (started, "" if shown else ", hidden"), after
        if s.faults:
            yield "the call is lost", calm._replace(faults=s.faults - 1)

    def wait(self, s, who):
        if not s.flight and s.known is not None:
            yield "the answer", self.to(s, who, "tell")
        if s.faults:
            yield "no answer in time, once more", self.to(s, who, "call")._replace(faults=s.faults - 1)
        yield "the opener gives up", self.to(self.drop(s, who), who, None)

    def tell(self, s, who):
        yield "the answer is written", self.to(s, who, "note")._replace(reply=s.known)

    def listen(self, s, who):
        if s.reply is not None:
            yield "the joiner reads the answer", self.to(s, who, "note")
        if s.order[0] == "open" or self.flaw == "void-closed":
            # What was not closed was not sent, and what is void is closed by nobody.
            yield "the joiner voids the order", self.alone(s._replace(order=("void", s.order[1])), who)
        if self.flaw == "silence-refuses":
            yield (
                "the joiner takes silence for a refusal",
                self.to(self.write(s, who, state=ENDED, owner=None), who, None),
            )
        yield "the joiner hears nothing", self.to(self.drop(s, who), who, None)

    def note(self, s, who):
        if who in s.known:
            yield "the instance of %d" % who, self.to(self.write(s, who, instance=(ORDER, who)), who, "dress")
        else:
            # Proof: the call has its answer, and no later one changes it.
            yield "no machine for %d" % who, self.to(self.write(s, who, state=ENDED, owner=None), who, None)

    def dress(self, s, who):
        dressed = s if self.flaw == "run-undressed" else s._replace(dressed=s.dressed | {(s.rows[who].instance, who)})
        yield "group and tags of %d" % who, self.to(dressed, who, "start")

    def start(self, s, who):
        yield "%d runs" % who, self.to(self.write(s, who, state=RUNNING, owner=None), who, None)

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

        def to(step, state=s):
            others = tuple(one for one in state.procs if one is not proc)
            return state._replace(procs=others + ((who, i, step, seen),))

        if step == "look":
            yield from self.look(s, proc, rest, to)
        elif step == "lease":
            # Only if no other write reached the row since it was read.
            if s.rows[i] != seen or seen.owner is not None:
                yield "%s finds another at work on %d" % (who, i), rest
            else:
                yield "%s takes the lease of %d" % (who, i), to("judge", self.write(s, i, owner=who))
        elif step == "judge":
            yield from self.judge(s, proc, rest, to)
        elif step == "intent":
            yield "intent of its own for %d" % i, to("run", self.write(s, i, state=LAUNCHING, intent=SINGLE))
        elif step == "run":
            yield "EC2 starts %d alone" % i, to("record", s._replace(machines=s.machines | {(SINGLE, i)}))
            if (SINGLE, i) not in s.machines:
                yield "EC2 refuses %d" % i, to("record")
        elif step == "record":
            yield from self.settle(s, i, rest)
        elif step == "dress":
            yield "group and tags of %d" % i, to("start", s._replace(dressed=s.dressed | {(s.rows[i].instance, i)}))
        elif step == "start":
            yield "%d runs" % i, self.finish(s, rest, i, state=RUNNING, owner=None)

    def look(self, s, proc, rest, to):
        """Without the lease a machine that is there is enough to go on, and one that is not proves nothing."""
        who, i, _, seen = proc
        if seen.intent != ORDER or seen.instance is not None or self.flaw == "replay-by-one":
            yield "%s goes on with %d" % (who, i), to("lease")
        elif self.found(s, i) is not None or not seen.young or self.flaw == "conclude-at-once":
            yield "%s looks for %d" % (who, i), to("lease")
        else:
            yield "%s leaves %d, too young" % (who, i), rest

    def found(self, s, i):
        mine = [one for one in s.machines if one[0] == ORDER and (one[1] == i or self.flaw == "any-of-token")]
        return min(mine) if mine and s.shown else None

    def judge(self, s, proc, rest, to):
        who, i, _, seen = proc
        if seen.instance is not None:
            yield "%s goes on with its machine" % who, to("dress" if seen.intent == ORDER else "start")
            return
        machine = self.found(s, i) if seen.intent == ORDER else None
        if seen.intent == SINGLE and who == "sweep":
            machine = (SINGLE, i) if (SINGLE, i) in s.machines else None
        if machine is not None and who == "sweep":
            # The launch's message comes after it.
            yield "sweep adopts %s" % (machine,), self.finish(s, rest, i, instance=machine, owner=None)
        elif machine is not None:
            yield "worker has %s" % (machine,), to("dress", self.write(s, i, instance=machine))
        elif who == "sweep":
            yield "sweep ends %d" % i, self.finish(s, rest, i, state=ENDED, owner=None)
        elif seen.intent == ORDER and self.flaw == "replay-by-one":
            names = frozenset((ORDER, j) for j in s.order[1])
            again = s._replace(machines=s.machines | names, known=s.order[1]) if s.known is None else s
            yield "%s replays the order's call" % who, to("record", again)
        elif seen.intent == ORDER and seen.young and self.flaw != "conclude-at-once":
            # It was there a moment ago, and the lease is given back.
            yield "%s finds none any more" % who, self.finish(s, rest, i, owner=None, quiet=True)
        elif seen.intent == SINGLE:
            yield "%s repeats its own call" % who, to("run")
        else:
            yield "%s has the proof for %d" % (who, i), to("intent")

    def settle(self, s, i, rest):
        kind = s.rows[i].intent
        if (kind, i) in s.machines:
            # A machine of its own call is the tenant's from its birth.
            yield "instance of %d" % i, self.finish(s, rest, i, instance=(kind, i), owner=None)
        else:
            yield "no machine for %d" % i, self.finish(s, rest, i, state=ENDED, owner=None)

    # Writes.

    def write(self, s, i, quiet=False, **changes):
        """@param quiet: no progress, so the grace still counts from the last step"""
        row = s.rows[i]._replace(**({} if quiet else {"young": True}), **changes)
        return s._replace(rows=put(s.rows, i, row))

    def finish(self, s, rest, i, **changes):
        return self.write(s, i, **changes)._replace(procs=rest.procs)

    def drop(self, s, i):
        return self.write(s, i, owner=None, quiet=True) if s.rows[i].owner == NAMES[i] else s

    @staticmethod
    def to(s, who, step):
        return s._replace(work=put(s.work, who, step))

    @staticmethod
    def broken(_, s):
        for i in BOTH:
            row = s.rows[i]
            mine = [one for one in s.machines if one[1] == i]
            if mine and row.intent is None:
                return "S5"
            if row.state == ENDED and mine:
                return "S2"
            if len(mine) > 1:
                return "S1"
            if row.instance is not None and row.instance[1] != i:
                return "S3"
            if row.state == RUNNING and row.instance[0] == ORDER and (row.instance, i) not in s.dressed:
                return "S4"
        return None

    @staticmethod
    def good(s):
        if s.work != (None, None) or s.procs or s.flight:
            return False
        return all(row.state == ENDED or row.state == RUNNING and row.instance in s.machines for row in s.rows)


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]


if __name__ == "__main__":
    sys.exit(main("order", Order, FLAWS))
