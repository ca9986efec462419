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

from one_call import BOTH, ENDED, HELD, LAUNCHING, RUNNING, OneCall, Row
from small_model import main

GROUP = "group"

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "replay-by-one": "S2",  # who takes over one launch of a group sends the group's call again
    "conclude-at-once": "S1",  # no machine by the token proves it, however young the intent
    "any-of-token": "S3",  # takes whatever machine the token has, not the one of its index
    "send-late": "S2",  # the holder sends without a look at its leases
    "ask-for-all": "S1",  # a launch whose intent could not be written is asked for all the same
    "call-before-intents": "S1",  # asks first, and writes down what it asked for afterwards
}

# machines: the names of those that live, (intent, index). known: what was started by the group's call, None before.
# flight: the holder's call is under way. over: the holder's leases have run out by the clock.
State = namedtuple("State", "holder rows machines known shown flight over procs faults")
START = Row(HELD, None, None, "holder", True)


class Group(OneCall):
    SHARED = GROUP
    SETTLED = {"state": RUNNING}

    def __init__(self, flaw=""):
        super().__init__(flaw)
        self.initial = State(("write", 0, ()), (START, START), frozenset(), None, True, False, False, (), 2)

    def ask(self, s):
        if s.holder is not None:
            yield from self.hold(s)
        # A request arrives, or is given up, while the leases last.
        if not s.over and not s.flight:
            yield "the holder's leases run out", s._replace(over=True)

    def asker(self, s, _):
        return "holder", s.holder is not None, s.over

    def is_over(self, s):
        return s.over

    def is_idle(self, s):
        return s.holder is None

    def asked(self, _):
        return BOTH

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

    def drop(self, s):
        for i in BOTH:
            if s.rows[i].owner == "holder":
                s = self.write(s, i, owner=None, quiet=True)
        return s


if __name__ == "__main__":
    sys.exit(main("group", Group, FLAWS))
