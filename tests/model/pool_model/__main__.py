"""Machines that are already there, as a program that explores every reachable state of a small pool.

One place of a pool, two machines one after the other, a launch of each of two tenants that has a slot. Two processes
(a worker of a launch, a filler of the place, a sweep) are interleaved in every way; one may crash or fall asleep
between any two calls, until its lease has run out; a machine may be lost; a job says again what its machine has said.

S1: no machine is ever bound to two launches. S2: a configuration is read by root of the launch's own machine, which
has the tenant's group and tags. S3: the sweep ends no machine that an open launch names. S4: no machine loses its
place to another. S5: a launch has one living machine. L1: from every state, with no further fault, the end can be
reached: launches over, no process, no machine but the one that waits.

    python3 -m pool_model                     explores the protocol, and then each flaw, which must break its rule
    python3 -m pool_model --flaw bind-in-two  the shortest way to what a flaw breaks
"""

import sys

from small_model import main

LAUNCHES, MACHINES = range(2), range(2)
HELD, LAUNCHING, RUNNING, OVER = "held", "launching", "running", "over"
ROOT, JOB = "root", "job"
NO_ROW, UNSEEN = (None, None, None), None

# What the flawed protocol does, and the rule that it breaks.
FLAWS = {
    "bind-in-two": "S1",  # the launch's row first, the place's row in a write of its own
    "give-back": "S1",  # a machine that could not be dressed goes back to its place
    "run-undressed": "S2",  # the configuration is there before the group and the tags
    "run-without-lease": "S2",  # a sleeper says `running` of a machine that others took since
    "announce-by-place": "S2",  # whoever was in a place may speak for the machine that is there now
    "claim-by-anyone": "S2",  # the number that the boot chose is not asked for
    "rows-before-list": "S3",  # the sweep reads the rows, and then which machines there are
    "forget-early": "S3",  # the sweep forgets whose a machine is while another sweep goes by an older list
    "fill-blindly": "S4",  # a place is filled without a look at who has it
    "drop-unproven": "S5",  # the launch takes another machine before EC2 said that the first one ends
    "row-stays": "L1",  # the place of a machine that was lost is nobody's to clear
}


class Pool:
    """A state: the place (machine, known, nonce), machines (alive, tags, group, reader), bound rows, launches
    (state, machine, nonce, ever), processes, faults left."""

    def __init__(self, flaw=""):
        self.flaw = flaw
        machine = (None, None, None, None)
        launch = (HELD, None, None, ())
        self.initial = (NO_ROW, (machine,) * len(MACHINES), (), (launch,) * len(LAUNCHES), (), 1)

    def steps(self, s):
        place, machines, bound, launches, procs, faults = s
        for at, proc in enumerate(procs):
            rest = procs[:at] + procs[at + 1 :]
            if faults:
                yield "CRASH of a %s" % proc[0], (*s[:4], rest, faults - 1)
                if proc[0] == "worker" and proc[4] == "awake":
                    yield "SLEEP of a worker", (*s[:4], sort(rest + ((*proc[:4], "asleep"),)), faults - 1)
            yield from self.call(s, proc, rest)
        if len(procs) < 2:
            yield from self.begin(s)
        yield from self.machine(s)

    def begin(self, s):
        place, machines, bound, launches, procs, faults = s
        for which in LAUNCHES:
            at_work = any(p[0] == "worker" and p[1] == which and p[4] == "awake" for p in procs)
            if launches[which][0] in (HELD, LAUNCHING) and not at_work:
                step = "list" if launches[which][0] == HELD else "group"
                yield "message of launch %d" % which, add(s, ("worker", which, step, None, "awake"))
        if not any(p[0] == "filler" for p in procs) and (place == NO_ROW or self.flaw == "fill-blindly"):
            yield "the place is to be filled", add(s, ("filler", None, "occupy", None, "awake"))
        yield "sweep", add(s, ("sweep", None, "first", None, "awake"))

    def call(self, s, proc, rest):
        place, machines, bound, launches, _, faults = s
        kind, which, step, seen, awake = proc

        def at(step, seen=seen, **new):
            return over(rest + ((kind, which, step, seen, awake),), **new)

        def over(left=rest, place=place, machines=machines, bound=bound, launches=launches):
            return (place, machines, bound, launches, sort(left), faults)

        yield from getattr(self, kind)(s, proc, at, over)

    def worker(self, s, proc, at, over):
        place, machines, bound, launches, procs, _ = s
        _, which, step, seen, awake = proc
        state, own, nonce, ever = launches[which]
        if awake == "asleep":
            # Its requests are checked before they are sent, so it can only be over; a flaw checks nothing.
            yield "the sleeper is stopped", over()
            if not (self.flaw == "run-without-lease" and step == "run"):
                return
        if state not in (HELD, LAUNCHING) or (step in ("group", "tags", "run", "end", "drop") and own is None):
            yield "the launch has gone on", over()
        elif step == "list":
            machine, known, said = place
            ready = machine is not None and known and said
            if ready:
                yield "a machine is ready", at("bind", (machine, said))
            else:
                yield (
                    "none is ready: another machine is started",
                    over(launches=put(launches, which, (OVER, None, None, ever))),
                )
        elif step == "bind":
            machine, said = seen
            taken = put(launches, which, (LAUNCHING, machine, said, ever + (machine,)))
            named = bound + ((machine, which),)
            if state != HELD:
                yield "the launch has gone on", over()
            elif self.flaw == "bind-in-two":
                yield "the launch's row alone", at("unplace", launches=taken, bound=sort(named))
            elif place[0] == machine:
                yield "bound in one write", at("group", None, place=NO_ROW, launches=taken, bound=sort(named))
            else:
                yield "another launch has it", at("list", None)
        elif step == "unplace":
            yield "the place's row", at("group", None, place=NO_ROW if place[0] == seen[0] else place)
        elif step in ("group", "tags"):
            life, tags, group, reader = machines[own]
            yield "EC2 refuses", at("end")
            if life != "up":
                return
            dressed = (life, tags, which, reader) if step == "group" else (life, which, group, reader)
            following = "tags" if step == "group" else "run"
            yield "the tenant's %s" % step, at(following, machines=put(machines, own, dressed))
            if step == "group" and self.flaw == "run-undressed":
                yield "no group, no tags", at("run")
        elif step == "run":
            yield "configuration, row -> running", over(launches=put(launches, which, (RUNNING, own, nonce, ever)))
        elif step == "end":
            if self.flaw == "give-back" and place == NO_ROW:
                held = put(launches, which, (HELD, None, None, ever))
                yield "given back", at("list", place=(own, True, nonce), launches=held)
            elif self.flaw == "drop-unproven":
                yield "not ended yet", at("drop")
            else:
                yield "EC2 ends it", at("drop", machines=end(machines, own))
        elif step == "drop":
            yield "the launch takes another", at("list", launches=put(launches, which, (HELD, None, None, ever)))

    def filler(self, s, proc, at, over):
        place, machines, bound, launches, _, _ = s
        _, _, step, machine, _ = proc
        if step == "occupy":
            fresh = next((one for one in MACHINES if machines[one][0] is None), None)
            free = place == NO_ROW or self.flaw == "fill-blindly"
            if fresh is None or not free:
                yield "nothing to fill", over()
            else:
                reserved = put(machines, fresh, ("asked", None, None, None))
                yield "the place is taken", at("start", fresh, place=(fresh, False, None), machines=reserved)
        elif step == "start":
            yield "EC2 refuses", at("vacate")
            yield "EC2 starts it", at("record", machines=put(machines, machine, ("up", None, None, None)))
        elif step == "record":
            known = (machine, True, place[2]) if place[0] == machine else place
            yield "its id is known", over(place=known)
        elif step == "vacate":
            never = put(machines, machine, ("never", None, None, None))
            yield "the place is free", over(place=NO_ROW if place[0] == machine else place, machines=never)

    def sweep(self, s, proc, at, over):
        """Which machines there are, then the places, then whose the others are: in this order, none is overlooked."""
        place, machines, bound, launches, procs, _ = s
        _, _, step, seen, _ = proc
        order = ("rows", "list") if self.flaw == "rows-before-list" else ("list", "rows")
        alive = tuple(one for one in MACHINES if machines[one][0] == "up")
        tagged = tuple(one for one in MACHINES if machines[one][1] is not None)
        if step == "first":
            yield "looks", at("second", (alive, tagged) if order[0] == "list" else (place[0], bound))
        elif step == "second":
            known = (*seen, place[0]) if order[0] == "list" else (alive, tagged, *seen)
            yield "looks again", at("third", known)
        elif step == "third":
            listed, had_tags, placed = seen[:3]
            named = dict(seen[3] if len(seen) > 3 else bound)
            after = machines
            for one in listed:
                if one not in had_tags and one != placed and one not in named:
                    after = end(after, one)
            # Half an hour after the binding: no other sweep goes by a list from before it, and no worker is at work.
            alone = not any(p[0] == "sweep" for p in procs if p is not proc) or self.flaw == "forget-early"
            done = [one for one in named if alone and (one in had_tags or machines[one][0] == "dead")]
            kept = tuple(pair for pair in bound if pair[0] not in done)
            cleared = place
            # Nobody records its id any more, or EC2 does not list it.
            owner_gone = placed is not None and (not place[1] or placed not in listed and machines[placed][0] != "up")
            filling = any(p[0] == "filler" for p in procs)
            if owner_gone and place[0] == placed and not filling and self.flaw != "row-stays":
                cleared = NO_ROW
            yield "the sweep's own", over(machines=after, bound=kept, place=cleared)

    def machine(self, s):
        place, machines, bound, launches, procs, faults = s
        for one in MACHINES:
            life, tags, group, reader = machines[one]
            if life != "up":
                continue
            if place[0] == one and place[1] and place[2] is None:
                yield "machine %d announces itself" % one, (*put(s, 0, (one, True, ROOT)),)
            if faults:
                yield "machine %d is lost" % one, (*put(put(s, 1, end(machines, one)), 5, faults - 1),)
            for which in LAUNCHES:
                state, own, nonce, ever = launches[which]
                if state != RUNNING or own != one:
                    continue
                if reader is None and nonce == ROOT:
                    read = put(machines, one, (life, tags, group, (which, ROOT)))
                    yield "machine %d reads its configuration" % one, put(s, 1, read)
                if reader is not None or machines[one][3] is not None:
                    gone = put(put(s, 1, end(machines, one)), 3, put(launches, which, (OVER, None, None, ever)))
                    yield "machine %d ends after its job" % one, gone
            if reader is not None and reader[1] == ROOT:
                yield from self.job(s, one)
        for which in LAUNCHES:
            state, own, nonce, ever = launches[which]
            dead = state in (LAUNCHING, RUNNING) and own is not None and machines[own][0] == "dead"
            if dead and not any(p[0] == "worker" and p[1] == which and p[4] == "awake" for p in procs):
                yield "launch %d is released" % which, put(s, 3, put(launches, which, (OVER, None, None, ever)))

    def job(self, s, mine):
        """It has the secret of its own machine's user data, and says what that machine said, or asks as another."""
        place, machines, bound, launches, _, _ = s
        if self.flaw == "announce-by-place" and place[1] and place[2] is None:
            yield "the job on %d announces %d" % (mine, place[0]), put(s, 0, (place[0], True, JOB))
        for which in LAUNCHES:
            state, own, nonce, ever = launches[which]
            if state != RUNNING or own is None:
                continue
            if nonce == JOB or (self.flaw == "claim-by-anyone" and own == mine):
                life, tags, group, _ = machines[own]
                yield "the job on %d claims" % mine, put(s, 1, put(machines, own, (life, tags, group, (which, JOB))))

    @staticmethod
    def broken(before, after):
        place, machines, bound, launches, procs, _ = after
        ever = [one for launch in launches for one in launch[3]]
        if len(set(ever)) < len(ever):
            return "S1"
        for one in MACHINES:
            life, tags, group, reader = machines[one]
            if reader is not None and reader != before[1][one][3]:
                which, who = reader
                if who != ROOT or tags != which or group != which:
                    return "S2"
            if life == "dead" and before[1][one][0] == "up":
                named = [launch for launch in before[3] if launch[0] in (LAUNCHING, RUNNING) and launch[1] == one]
                if named and any(p[0] == "sweep" and p not in procs for p in before[4]):
                    return "S3"
        waited = before[0][0]
        if waited is not None and machines[waited][0] == "up" and place[0] not in (None, waited):
            return "S4"
        for launch in launches:
            if len([one for one in launch[3] if machines[one][0] == "up"]) > 1:
                return "S5"
        return None

    @staticmethod
    def good(s):
        place, machines, bound, launches, procs, _ = s
        alive = [one for one in MACHINES if machines[one][0] == "up"]
        waits = place == NO_ROW or (place[0] in alive and place[2] is not None)
        return (
            all(launch[0] == OVER for launch in launches)
            and not procs
            and waits
            and all(one == place[0] for one in alive)
        )


def put(values, at, value):
    return values[:at] + (value,) + values[at + 1 :]


def end(machines, one):
    return put(machines, one, ("dead", *machines[one][1:])) if machines[one][0] == "up" else machines


def sort(values):
    return tuple(sorted(values, key=repr))


def add(s, proc):
    return (*s[:4], sort(s[4] + (proc,)), s[5])


if __name__ == "__main__":
    sys.exit(main("pool", Pool, FLAWS))
