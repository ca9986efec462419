"""The sweep: every row of its table, most of them for launches that are unchanged for longer than the grace."""

from .state import RECOUNT, SLOTS, STATUS
from .values import (
    DELETED,
    EC2_EVENT,
    ENDED,
    ENDING,
    ENVIRONMENT,
    G_QUEUED,
    G_WAITING,
    HELD,
    ILEASE,
    J_DONE,
    J_GATED,
    J_QUEUED,
    J_REFUSED,
    J_RUNNING,
    J_STARTING,
    JOBS,
    LAUNCHING,
    M_GONE,
    M_HUNG,
    M_NONE,
    M_READY,
    M_UNREG,
    M_UP,
    NONE,
    OPEN_ASK,
    RELEASE,
    RLEASE,
    RUNNING,
    SLEASE,
    SUSPENDED,
    TENANT,
    TERM,
    WAITING,
    WAKE,
)
from .world import World


class Sweep(World):
    def sweep(self, s, idle):
        yield from self.recount(s)
        for launch in range(self.nl):
            yield from self.ec2_event(s, idle, launch)
            if idle is not None:
                yield from self.careless(s, idle, launch)
            yield from self.gone_unheard(s, idle, launch)
            # A machine that Describe does not show yet is younger than the grace.
            if s[self.young + launch] or s[self.lease + launch] or s[self.hidden + launch]:
                continue
            yield from self.without_id(s, idle, launch)
            yield from self.unfinished(s, idle, launch)
            yield from self.job_of(s, launch)
            yield from self.gate_of(s, idle, launch)
            if idle is not None and s[STATUS] != DELETED:
                yield from self.idle_machine(s, idle, launch)
        if idle is not None and "no-wake" not in self.flaws:
            pick = self.wakeable(s)
            if pick is not None and not s[self.young + pick]:
                yield (
                    ("sweep: free slot with a parked job, wakes", idle, pick),
                    self.begin(s, idle, WAKE, pick),
                    False,
                    None,
                )

    def recount(self, s):
        """Counts the launches that hold a slot, and writes that in a step of its own.

        Anything taken or given back in between forbids the write (`count_change`).
        """
        if "no-recount" in self.flaws:
            return
        if s[RECOUNT]:
            t = list(s)
            t[SLOTS], t[RECOUNT] = s[RECOUNT] - 1, 0
            yield ("sweep: writes the slots that it counted", ENVIRONMENT, TENANT), t, False, None
        else:
            t = list(s)
            t[RECOUNT] = 1 + self.count_held(s)
            yield ("sweep: counts the launches that hold a slot", ENVIRONMENT, TENANT), t, False, None

    def ec2_event(self, s, idle, launch):
        if not s[self.ec2 + launch]:
            return
        if not s[self.instance + launch]:
            t = list(s)
            t[self.ec2 + launch] = 0
            yield ("EC2 event: machine gone, and no row names it yet", ENVIRONMENT, launch), t, False, None
            return
        if s[self.row + launch] == ENDED:
            t = list(s)
            t[self.ec2 + launch] = 0
            yield ("EC2 event: machine gone, and its launch has ended", ENVIRONMENT, launch), t, False, None
        if idle is not None:
            t = self.begin(s, idle, RELEASE, launch, EC2_EVENT)
            t[self.ec2 + launch] = 0
            yield ("EC2 event: machine gone", idle, launch), t, False, None
        if s[self.fault] and "drop-ec2" in self.fault_kinds:
            t = self.spend_fault(s)
            t[self.ec2 + launch] = 0
            yield ("EC2 event is lost", ENVIRONMENT, launch), t, True, None

    def careless(self, s, idle, launch):
        """What needs no grace, and flaws that do not wait for it."""
        row, machine = s[self.row + launch], s[self.machine + launch]
        suspended = s[STATUS] == SUSPENDED and "sweep-cleans-suspended" in self.flaws
        if self.alive(machine) and (s[STATUS] == DELETED or suspended):
            yield ("sweep: cleanup of the tenant", idle, launch), self.begin(s, idle, TERM, launch), False, None
        if "settle-ignores-lease" in self.flaws and row == LAUNCHING and machine == M_NONE:
            yield (
                ("sweep: no machine with the token", idle, launch),
                self.begin(s, idle, RELEASE, launch),
                False,
                None,
            )
        if (
            "settle-without-grace" in self.flaws
            and row == LAUNCHING
            and not s[self.instance + launch]
            and not s[self.lease + launch]
        ):
            yield ("sweep: intent without instance id", idle, launch), self.begin(s, idle, SLEASE, launch), False, None

    def without_id(self, s, idle, launch):
        """A launch whose machine is not known yet."""
        if s[self.row + launch] == LAUNCHING and not s[self.instance + launch] and idle is not None:
            yield self.by_token(s, idle, launch)

    def gone_unheard(self, s, idle, launch):
        """EC2's word on an id needs no grace, but that it does not know the id is no word."""
        machine = s[self.machine + launch]
        hidden = s[self.hidden + launch]
        not_found = "not-found-is-gone" in self.flaws and self.alive(machine) and hidden
        if (
            (not_found or machine == M_GONE and not hidden)
            and s[self.row + launch] in (LAUNCHING, RUNNING)
            and s[self.instance + launch]
            and not s[self.ec2 + launch]
            and not s[self.lease + launch]
            and idle is not None
            and "sweep-skips-known-instance" not in self.flaws
        ):
            yield (
                ("sweep: EC2 says the machine is gone", idle, launch),
                self.begin(s, idle, RELEASE, launch),
                False,
                None,
            )

    def by_token(self, s, idle, launch):
        if "settle-on-state" not in self.flaws:
            return ("sweep: intent without instance id", idle, launch), self.begin(s, idle, SLEASE, launch), False, None
        if s[self.machine + launch] == M_NONE:
            return (
                ("sweep: no machine with the token", idle, launch),
                self.begin(s, idle, RELEASE, launch),
                False,
                None,
            )
        t = list(s)
        t[self.instance + launch] = 1
        return ("sweep: finds the machine by its token", ENVIRONMENT, launch), t, False, None

    def unfinished(self, s, idle, launch):
        """Rows that a crash left in the middle."""
        row, j = s[self.row + launch], s[self.predicted + launch]
        if row == ENDING and idle is not None and "sweep-skips-ending" not in self.flaws:
            yield (
                ("sweep: row `ending`, finishes the release", idle, launch),
                self.begin(s, idle, RELEASE, launch),
                False,
                None,
            )
        if row == HELD and self.current(s, j) != launch and idle is not None:
            yield (
                ("sweep: row `held`, its job is elsewhere", idle, launch),
                self.begin(s, idle, RLEASE, launch),
                False,
                None,
            )
        elif row == HELD and not s[self.messages + j] and "sweep-skips-held" not in self.flaws:
            t = list(s)
            t[self.messages + j] = 1
            yield ("sweep: row `held`, no lease, sends the job", ENVIRONMENT, launch), t, False, None

    def job_of(self, s, launch):
        """A job without a launch that could bring it further."""
        j, row = s[self.predicted + launch], s[self.row + launch]
        job = s[self.job + j]
        if self.current(s, j) != launch or s[self.messages + j] or row not in (NONE, ENDED):
            return
        skipped = (
            job == J_QUEUED
            and self.flaws & {"sweep-skips-queued-job", "duplicate-ends-any"}
            or job == J_RUNNING
            and "sweep-skips-running-job" in self.flaws
        )
        if job in (J_QUEUED, J_STARTING, J_RUNNING) and not skipped:
            t = list(s)
            self.ask_github(t, j, row == ENDED)
            if t[self.job + j] != job:
                self.touch(t, self.current(t, j))
                yield ("sweep: job without runner, asks GitHub", ENVIRONMENT, launch), t, False, None
        if s[STATUS] == DELETED and (job in WAITING or job == J_GATED) and "deleted-keeps-jobs" not in self.flaws:
            t = list(s)
            t[self.job + j] = J_REFUSED
            yield ("sweep: tenant gone, job refused", ENVIRONMENT, launch), t, False, None

    def gate_of(self, s, idle, launch):
        """A gate may have opened unheard; a look at one that is shut changes nothing."""
        j = s[self.predicted + launch]
        waits = s[self.job + j] == J_GATED and self.current(s, j) == launch and s[self.github + j] != G_WAITING
        if waits and idle is not None and "gate-unwatched" not in self.flaws:
            yield (
                ("sweep: job at its gate, asks GitHub", idle, launch),
                self.begin(s, idle, OPEN_ASK, launch),
                False,
                None,
            )

    def idle_machine(self, s, idle, launch):
        machine = s[self.machine + launch]
        if s[self.row + launch] not in (LAUNCHING, RUNNING) or not s[self.instance + launch]:
            return
        any_queued = any(s[self.github + j] == G_QUEUED for j in range(JOBS))
        over = s[self.job + s[self.predicted + launch]] == J_DONE and not s[self.taken + launch]
        if machine in (M_UP, M_UNREG, M_HUNG) or machine == M_READY and (over or not any_queued):
            yield ("idle or boot limit reached", idle, launch), self.begin(s, idle, ILEASE, launch), False, None
        elif machine == M_READY and s[self.fault] and "early-idle" in self.fault_kinds:
            t = self.spend_fault(self.begin(s, idle, ILEASE, launch))
            yield ("idle limit reached while GitHub is slow", idle, launch), t, True, None
