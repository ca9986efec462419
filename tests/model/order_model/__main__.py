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

from one_call import BOTH, ENDED, HELD, LAUNCHING, RUNNING, SINGLE, OneCall, Row, onward, put
from small_model import main

OPENER, JOINER = BOTH
ORDER = "order"

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

# work: what opener and joiner do next, None when they are gone. over: whose leases have run out by the clock. order:
# its state, and the launches that joined. known: what EC2 started by the call. reply: what the opener wrote of that.
State = namedtuple("State", "work over order rows machines dressed known reply shown flight procs faults")
NAMES = ("opener", "joiner")


class Order(OneCall):
    SHARED = ORDER

    def __init__(self, flaw=""):
        super().__init__(flaw)
        rows = tuple(Row(HELD, None, None, name, True) for name in NAMES)
        empty = frozenset()
        self.initial = State(
            ("open", "join"), (False, False), (None, ()), rows, empty, empty, None, None, True, False, (), 1
        )

    def ask(self, s):
        for who in BOTH:
            if s.work[who] is not None:
                yield from self.hold(s, who)
            # A request arrives, or is given up, while the leases last.
            if not s.over[who] and not (s.flight and who == OPENER):
                yield "the leases of the %s run out" % NAMES[who], s._replace(over=put(s.over, who, True))

    def asker(self, s, i):
        return NAMES[i], s.work[i] is not None, s.over[i]

    def is_over(self, s):
        return s.over[OPENER]

    def is_idle(self, s):
        return s.work == (None, None)

    def asked(self, s):
        return s.order[1]

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
            yield "%d has its instance" % who, self.to(s, who, "dress")
        else:
            # Proof: the call has its answer, and no later one changes it.
            yield "no machine for %d" % who, self.to(self.write(s, who, state=ENDED, owner=None), who, None)

    def dress(self, s, who):
        dressed = s if self.flaw == "run-undressed" else s._replace(dressed=s.dressed | {((ORDER, who), who)})
        yield "group and tags of %d" % who, self.to(dressed, who, "start")

    def start(self, s, who):
        running = self.write(s, who, instance=(ORDER, who), state=RUNNING, owner=None)
        yield "%d runs, and its row names the machine" % who, self.to(running, who, None)

    # Who finds one launch makes its machine the tenant's, too.

    def go_on(self, s, proc, rest):
        _, i, step, _ = proc
        yield from super().go_on(s, proc, rest)
        if step == "dress":
            dressed = s._replace(dressed=s.dressed | {(s.rows[i].instance, i)})
            yield "group and tags of %d" % i, onward(dressed, proc, "start")
        elif step == "start":
            yield "%d runs" % i, self.finish(s, rest, i, state=RUNNING, owner=None)

    def judge(self, s, proc, rest):
        who, _, _, seen = proc
        if seen.instance is None:
            yield from super().judge(s, proc, rest)
        else:
            # A machine of its own call is the tenant's from its birth.
            following = "dress" if seen.intent == ORDER else "start"
            yield "%s goes on with its machine" % who, onward(s, proc, following)

    def takes(self, s, proc, rest, machine):
        who, i = proc[:2]
        if who == "sweep":
            # The launch's message comes after it.
            return super().takes(s, proc, rest, machine)
        return "worker has %s" % (machine,), onward(self.write(s, i, instance=machine), proc, "dress")

    def drop(self, s, i):
        return self.write(s, i, owner=None, quiet=True) if s.rows[i].owner == NAMES[i] else s

    @staticmethod
    def to(s, who, step):
        return s._replace(work=put(s.work, who, step))

    def broken(self, before, s):
        if any(s.rows[i].intent is None for _, i in s.machines):
            return "S5"
        rule = super().broken(before, s)
        undressed = (
            row.state == RUNNING and row.instance[0] == ORDER and (row.instance, i) not in s.dressed
            for i, row in enumerate(s.rows)
        )
        return rule or ("S4" if any(undressed) else None)


if __name__ == "__main__":
    sys.exit(main("order", Order, FLAWS))
