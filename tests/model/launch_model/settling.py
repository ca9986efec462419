"""Releases, dispatches, and the end of a machine by the sweep."""

from .state import STATUS, State
from .values import (
    DELETED,
    ENDED,
    ENDING,
    G_END,
    HELD,
    ILEASE,
    J_LIMIT,
    J_PARKED,
    J_QUEUED,
    J_STARTING,
    LAUNCHING,
    LOOK,
    M_BUSY0,
    M_BUSY1,
    M_NONE,
    M_READY,
    M_UNREG,
    PARKS,
    RELEASE,
    RLEASE,
    RUNNING,
    SETTLE,
    SLEASE,
    TERM,
    TO_ENDED,
    UNREG,
    WADMIT,
    WAITING,
    WAKE,
    WSEND,
)

BUSY = (M_BUSY0, M_BUSY1)


class Settling(State):
    def settling_calls(self):
        return {
            RLEASE: self.lease_to(RELEASE, (HELD,)),
            SLEASE: self.lease_to(LOOK, (LAUNCHING,)),
            ILEASE: self.lease_to(UNREG, (LAUNCHING, RUNNING)),
            LOOK: self.look,
            UNREG: self.deregister,
            TERM: self.terminate,
            RELEASE: self.release,
            TO_ENDED: self.mark_ended,
            SETTLE: self.settle_job,
            WAKE: self.wake,
            WADMIT: self.wake_admit,
            WSEND: self.wake_send,
        }

    def lease_to(self, then, rows):
        """A process takes the lease before it concludes that there is no machine, and before it terminates one.

        To settle, the row must also be unchanged since the decision (a version in the system), as Describe may lag
        behind such a write.
        """

        def take(step):
            written = (
                step.call == SLEASE
                and step.t[self.young + step.launch] & 1 << step.p
                and "settle-on-old-look" not in self.flaws
            )
            if step.call == ILEASE and not step.t[self.instance + step.launch]:
                step.end()  # no row names the machine yet
            elif step.call == ILEASE and "idle-without-lease" in self.flaws:
                step.to(UNREG)
            elif step.t[step.lease] == 0 and step.t[step.row] in rows and not written:
                step.t[step.lease] = step.p + 1
                self.touch(step.t, step.launch)
                step.to(then)
            else:
                step.end()

        return take

    def look(self, step):
        """Asks EC2 for the machine of the intent's token, holding the lease."""
        if step.t[step.machine] == M_NONE or step.t[self.hidden + step.launch]:
            step.to(RELEASE)
        else:
            step.t[self.instance + step.launch] = 1
            self.touch(step.t, step.launch)
            step.end()

    def deregister(self, step):
        """DELETE of the registration: GitHub refuses while a job runs."""
        trusting = "idle-trusts-list" in self.flaws
        if step.t[step.machine] in BUSY and not trusting:
            step.end()
            return
        if step.t[step.machine] == M_READY and not trusting:
            step.t[step.machine] = M_UNREG
        step.to(TERM)

    def terminate(self, step):
        t, machine, bad = step.t, step.t[step.machine], None
        if machine in BUSY:
            bad = None if t[STATUS] == DELETED else "S2: terminated a busy machine"
            j = machine - M_BUSY0
            t[self.github + j], t[self.completed + j] = G_END + step.launch, 1
        if self.alive(machine):
            self.gone(t, step.launch)
        step.to(RELEASE)
        return bad

    def release(self, step):
        """The row and its slot in one write; the machine's life in the ledger belongs to it too."""
        t = step.t
        if t[step.row] == ENDED:  # released by another; wakes all the same
            if "release-in-any-state" in self.flaws:
                self.give_back(t, step.launch)
            t[step.pr + 2] = 0
            step.to(WAKE)
            return
        self.give_back(t, step.launch)
        self.touch(t, step.launch)
        if "release-in-two" in self.flaws:
            step.to(TO_ENDED)
            return
        t[step.row] = ENDED
        step.to(SETTLE)

    def mark_ended(self, step):
        """Only where a flaw writes the row apart from its slot."""
        step.t[step.row] = ENDED
        self.touch(step.t, step.launch)
        step.to(SETTLE)

    def leave_leftover(self, s, p):
        """A parameter or registration that can't be removed, or a ledger that does not answer: the slot is free, the
        row says `ending`."""
        pr = self.proc + 3 * p
        launch = s[pr + 1]
        if s[pr] != RELEASE or not s[self.fault] or s[self.row + launch] == ENDED:
            return
        t = list(s)
        t[self.fault] -= 1
        self.give_back(t, launch)
        t[self.row + launch] = ENDING
        self.touch(t, launch)
        t[pr] = SETTLE
        yield ("a leftover stays, and with it the row `ending`", p, launch), t, True, None

    def settle_job(self, step):
        """GitHub is asked once about the predicted job, unless the release parks it."""
        t, mine = step.t, self.current(step.t, step.j) == step.launch
        if mine and t[step.pr + 2] & PARKS and t[step.job] in WAITING:
            self.next_number(t, step.j)
            self.touch(t, self.current(t, step.j))
        elif mine and t[step.job] == J_STARTING:
            self.ask_github(t, step.j, True)
            self.touch(t, self.current(t, step.j))
        t[step.pr + 2] = 0
        step.to(WAKE)
        if "no-wake" in self.flaws:
            step.end()

    def wake(self, step):
        """Picks the oldest waiting job; one whose launch is over gets a new number first."""
        t, pick = step.t, self.wakeable(step.t)
        if pick is None:
            step.end()
            return None
        j, over = t[self.predicted + pick], t[self.row + pick] in (ENDING, ENDED)
        if over or "wake-burns-number" in self.flaws:
            self.next_number(t, j)
            if t[self.job + j] == J_LIMIT:
                asked = over or any(t[self.machine + j * self.k : self.machine + (j + 1) * self.k])
                step.end()
                return None if asked else "S5: start numbers used up, no machine was ever asked for"
            pick = self.current(t, j)
            self.touch(t, pick)
        t[step.pr + 1] = pick
        step.to(WADMIT)
        return None

    def wake_admit(self, step):
        """The slot, the launch and the job's row at once; its worker takes the lease later."""
        t = step.t
        if not self.may_admit(step, (J_PARKED,)) or not self.admit(t):
            step.end()
            return
        t[step.job], t[step.row] = J_QUEUED, HELD
        self.touch(t, step.launch)
        step.to(WSEND)

    def wake_send(self, step):
        """The message comes after the slot: a message alone could find the slot gone."""
        step.t[self.messages + step.j] = max(1, step.t[self.messages + step.j])
        step.end()
