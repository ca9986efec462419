"""Where everything stands in a state (a byte string), and what every step does with it."""

from .values import (
    ACTIVE,
    DEAD,
    ENDED,
    ENDING,
    G_END,
    G_QUEUED,
    G_RUN,
    G_WAITING,
    HELD,
    J_DONE,
    J_GATED,
    J_LIMIT,
    J_NONE,
    J_PARKED,
    J_RUNNING,
    J_STARTING,
    JOBS,
    M_BUSY0,
    M_GONE,
    M_NONE,
    M_READY,
    NONE,
    RUNNING,
)

# SLOTS: how many slots the tenant's row says are held. RECOUNT: 1 + what the sweep has counted and not written yet.
STATUS, LIMIT, SLOTS, RECOUNT = range(4)
OF_JOBS = ("job", "number", "pointer", "github", "messages", "in_progress", "completed", "waiting", "news")
OF_LAUNCHES = (
    "row",
    "lease",
    "intent",
    "instance",
    "machine",
    "candidate",
    "ec2",
    "young",
    "hidden",
    "predicted",
    "taken",
)


class State:
    """The layout of a configuration's states.

    `pointer` of a job: the launch expected to take it. `young` of a launch: the processes alive at its last write, so
    that the grace is not over. `hidden`: Describe does not show its machine yet. `predicted`: the job it was started
    for. `taken`: 1 + the job that its runner took.
    """

    def __init__(
        self, limit, k, cands, crashes, faults=(0, ""), admin=(0, ""), flaws=(), jobs=JOBS, begin="", inherit=False
    ):
        self.k, self.nl, self.cands, self.cap, self.inherit = k, JOBS * k, cands, limit, inherit
        self.fault_kinds, self.admin_kinds, self.flaws = set(faults[1].split()), set(admin[1].split()), set(flaws)
        at = 4
        for name in OF_JOBS:
            setattr(self, name, at)
            at += JOBS
        for name in OF_LAUNCHES:
            setattr(self, name, at)
            at += self.nl
        self.proc = at  # two processes of (call, launch, acknowledges)
        self.crash, self.fault, self.adm = at + 6, at + 7, at + 8
        s = [0] * (at + 9)
        s[LIMIT], s[self.crash], s[self.fault], s[self.adm] = limit, crashes, faults[0], admin[0]
        for j in range(JOBS):
            s[self.number + j], s[self.pointer + j], s[self.messages + j] = 1, j * k, 1
            if j >= jobs:  # a configuration with one job: the other is long done
                s[self.messages + j], s[self.job + j], s[self.github + j] = 0, J_DONE, G_END
        for launch in range(self.nl):
            s[self.predicted + launch] = launch // k
        if begin:
            self.start_later(s, begin)
        self.initial = bytes(s)
        self.swap_lease = bytes([0, 2, 1] + list(range(3, 256)))
        self.swap_young = bytes([0, 2, 1, 3] + list(range(4, 256)))

    def start_later(self, s, begin):
        """Each job that has a slot has its configured machine: what leads there is walked by other configurations."""
        if begin == "gated":
            s[self.job], s[self.messages], s[self.news] = J_GATED, 0, 1
            return
        for j in range(JOBS):
            launch = j * self.k
            s[self.job + j], s[self.messages + j] = J_PARKED, 0
            if j < s[LIMIT]:
                s[self.job + j], s[SLOTS] = J_STARTING, s[SLOTS] + 1
                s[self.row + launch], s[self.intent + launch], s[self.instance + launch] = RUNNING, 1, 1
                s[self.machine + launch], s[self.candidate + launch] = M_READY, 1
        if begin == "ready":
            for j in range(s[LIMIT], JOBS):
                s[self.job + j], s[self.messages + j] = J_NONE, 1
            return
        taken = 1 if begin == "stolen" else 0  # the job that the runner of job 0 took
        s[self.machine], s[self.github + taken], s[self.in_progress + taken] = M_BUSY0 + taken, G_RUN, 1

    def current(self, s, j):
        """The launch that a job waits for."""
        return s[self.pointer + j]

    def touch(self, s, launch):
        """A write: the sweep leaves this launch (and its job row) alone until every process now alive has ended."""
        s[self.young + launch] = (1 if s[self.proc] else 0) | (2 if s[self.proc + 3] else 0)

    @staticmethod
    def alive(machine):
        return machine not in (M_NONE, M_GONE)

    @staticmethod
    def holds(row):
        """Its launch has a slot."""
        return HELD <= row <= RUNNING

    def count_held(self, s):
        return sum(self.holds(row) for row in s[self.row : self.row + self.nl])

    def count_change(self, s):
        """One more in `slot_changes`: what was counted before is not written any more."""
        if "recount-over-changes" not in self.flaws:
            s[RECOUNT] = 0

    def give_back(self, s, launch):
        """The slot of a launch, in the write that ends it: only of one that is in a state that holds one."""
        if self.holds(s[self.row + launch]) or "release-in-any-state" in self.flaws:
            s[SLOTS] = max(0, s[SLOTS] - 1)
            self.count_change(s)

    def finish(self, s, p, crashed=False):
        """A process ends; a crash leaves its leases."""
        pr = self.proc + 3 * p
        s[pr] = s[pr + 1] = s[pr + 2] = 0
        for n in range(self.nl):
            s[self.young + n] &= ~(1 << p)
            if s[self.lease + n] == p + 1:
                s[self.lease + n] = DEAD if crashed else 0

    def gone(self, s, launch):
        s[self.machine + launch], s[self.ec2 + launch], s[self.hidden + launch] = M_GONE, 1, 0

    def next_number(self, s, j):
        """A new start number; at the model's bound the job waits as `relaunch_limit` (in the system: hourly)."""
        if "relaunch-same-number" in self.flaws:
            s[self.row + self.current(s, j)] = NONE
            s[self.job + j] = J_PARKED
        elif s[self.number + j] < self.k:
            s[self.number + j] += 1
            s[self.pointer + j] = j * self.k + s[self.number + j] - 1
            s[self.job + j] = J_PARKED
        else:
            s[self.job + j] = J_LIMIT

    def to_gate(self, s, j):
        """GitHub holds the job back: it waits under a new start number, for no slot."""
        self.next_number(s, j)
        if s[self.job + j] == J_PARKED:
            s[self.job + j] = J_GATED

    def ask_github(self, s, j, new_number):
        truth = s[self.github + j]
        if truth == G_WAITING:
            self.to_gate(s, j)
        elif truth != G_QUEUED:
            s[self.job + j] = J_RUNNING if truth < G_END else J_DONE
        elif new_number:
            self.next_number(s, j)
        else:
            s[self.job + j] = J_PARKED

    def admit(self, s):
        """ADD 1 IF active AND fewer than the limit."""
        if s[STATUS] != ACTIVE or s[SLOTS] >= s[LIMIT]:
            return False
        s[SLOTS] += 0 if "admit-uncounted" in self.flaws else 1
        self.count_change(s)
        return True

    def may_admit(self, step, jobs):
        """What else the one write of an admission is conditional on: the job's row, and that the launch has none."""
        t = step.t
        if "admit-blindly" in self.flaws:
            return True
        return t[step.row] == NONE and t[step.job] in jobs and self.current(t, step.j) == step.launch

    def wakeable(self, s):
        """The launch of the oldest parked job that may take a free slot."""
        if s[STATUS] != ACTIVE or s[SLOTS] >= s[LIMIT]:
            return None
        for j in range(JOBS):
            row = s[self.row + self.current(s, j)]
            over = row in (ENDING, ENDED) and "wake-skips-ended" not in self.flaws
            if s[self.job + j] == J_PARKED and (row == NONE or over):
                return self.current(s, j)
        return None
