"""The environment of the processes: deliveries, crashes, GitHub's events, machines, the operator."""

from .process import Processes
from .state import LIMIT, SLOTS, STATUS
from .values import (
    ACK,
    ASLEEP,
    BIND,
    CALL_NAMES,
    DEAD,
    DELETED,
    EC2_EVENT,
    ENDED,
    ENVIRONMENT,
    G_CANCELLED,
    G_END,
    G_QUEUED,
    G_RUN,
    G_WAITING,
    GATE,
    IDLE,
    ILEASE,
    J_DONE,
    J_GATED,
    J_NONE,
    J_PARKED,
    J_RUNNING,
    JOB,
    JOB_EVENT,
    JOBS,
    M_BUSY0,
    M_BUSY1,
    M_FINISHED,
    M_HUNG,
    M_READY,
    M_UNREG,
    M_UP,
    NEWS,
    OF_GATE,
    OF_NEWS,
    RUN,
    SCALE_UP,
    TENANT,
    TERM,
    WAITING,
)


class World(Processes):
    def idle_process(self, s):
        return 0 if s[self.proc] == IDLE else 1 if s[self.proc + 3] == IDLE else None

    def begin(self, s, idle, call, launch, ack=0):
        t = list(s)
        t[self.proc + 3 * idle : self.proc + 3 * idle + 3] = [call, launch, ack]
        return t

    def spend_fault(self, s):
        t = list(s)
        t[self.fault] -= 1
        return t

    def processes(self, s):
        """Each process takes a step, fails for good, crashes or falls asleep."""
        for p in (0, 1):
            if s[self.proc + 3 * p] == IDLE:
                continue
            if s[self.proc + 3 * p + 2] & ASLEEP:
                yield from self.wake_up(s, p)
                continue
            yield from self.step(s, p)
            yield from self.fail(s, p)
            yield from self.crash_of(s, p)
            yield from self.freeze(s, p)

    def fail(self, s, p):
        """An error on the last receive parks the job; there is no retry."""
        pr = self.proc + 3 * p
        if not s[self.fault] or "error" not in self.fault_kinds or s[pr + 2] & ACK != SCALE_UP or s[pr] == JOB:
            return
        launch, t = s[pr + 1], self.spend_fault(s)
        j = s[self.predicted + launch]
        if t[self.job + j] in WAITING or t[self.job + j] == J_GATED:
            t[self.job + j] = J_PARKED
        self.touch(t, launch)
        self.finish(t, p)
        yield ("ERROR on the last receive, the job is parked", p, launch), t, True, None

    def crash_of(self, s, p):
        if not s[self.crash]:
            return
        pr = self.proc + 3 * p
        launch, ack = s[pr + 1], s[pr + 2] & ACK
        t = list(s)
        t[self.crash] -= 1
        self.finish(t, p, True)
        if ack and s[self.fault] and "lost-message" in self.fault_kinds:
            yield ("CRASH, and its message or event is gone (dead letters)", p, launch), self.spend_fault(t), True, None
        self.redeliver(s, t, p)
        yield ('CRASH before "%s"' % CALL_NAMES[s[pr]], p, launch), t, True, None

    def redeliver(self, s, t, p):
        """What the process has not acknowledged comes again."""
        pr = self.proc + 3 * p
        launch, ack = s[pr + 1], s[pr + 2] & ACK
        j = s[self.predicted + launch]
        if s[pr + 2] & OF_NEWS:
            t[self.news + j] = 1
        elif s[pr + 2] & OF_GATE:
            t[self.waiting + j] = 1
        elif ack == SCALE_UP:
            t[self.messages + j] = 1
        elif ack == EC2_EVENT:
            t[self.ec2 + launch] = 1
        elif ack == JOB_EVENT:
            t[self.in_progress + self.taker(t, launch)] = 1

    def freeze(self, s, p):
        """Lambda freezes what an invocation leaves behind: its lease and the grace run out while it sleeps."""
        if not s[self.fault] or "freeze" not in self.fault_kinds:
            return
        pr, t = self.proc + 3 * p, self.spend_fault(s)
        call, launch, ack = s[pr : pr + 3]
        self.finish(t, p, True)
        self.redeliver(s, t, p)
        t[pr : pr + 3] = [call, launch, ack | ASLEEP]
        yield ('FREEZE before "%s"' % CALL_NAMES[call], p, launch), t, True, None

    def wake_up(self, s, p):
        """It calls nothing any more: what is left of its time is less than any call may take."""
        pr, t = self.proc + 3 * p, list(s)
        call, launch = s[pr : pr + 2]
        if call == RUN and "sleeper-starts" in self.flaws or call == TERM and "sleeper-terminates" in self.flaws:
            t[pr + 2] &= ~ASLEEP
            yield from self.step(bytes(t), p)
            return
        self.finish(t, p)
        yield ("wakes up, and its time is over", p, launch), t, False, None

    def deliveries(self, s, idle):
        """Messages of the tier queue, and recovery of missed jobs."""
        kinds, fault = self.fault_kinds, s[self.fault]
        for j in range(JOBS):
            launch, job = self.current(s, j), s[self.job + j]
            if s[self.messages + j]:
                if idle is not None and (j == 0 or s[self.job]):  # job 0 arrives first
                    t = self.begin(s, idle, JOB, launch, SCALE_UP)
                    if fault and "dup" in kinds:
                        yield ("message received, a duplicate stays", idle, launch), self.spend_fault(t), True, None
                    t[self.messages + j] -= 1
                    yield ("message received", idle, launch), t, False, None
                if job == J_NONE and fault and "drop-hook" in kinds:
                    t = self.spend_fault(s)
                    t[self.messages + j] = 0
                    yield ("the queued webhook is lost", ENVIRONMENT, launch), t, True, None
            elif job == J_NONE and kinds & {"drop-hook", "lost-message"} and not self.is_being_read(s, launch):
                t = list(s)
                t[self.messages + j] = 1
                yield ("recovery finds the job", ENVIRONMENT, launch), t, False, None

    def is_being_read(self, s, launch):
        return any(s[self.proc + 3 * p] == JOB and s[self.proc + 3 * p + 1] == launch for p in (0, 1))

    def events(self, s, idle):
        for j in range(JOBS):
            launch = self.current(s, j)
            for name, field in (("in_progress", self.in_progress), ("completed", self.completed)):
                if not s[field + j]:
                    continue
                if s[self.fault] and "drop-job" in self.fault_kinds:
                    t = self.spend_fault(s)
                    t[field + j] = 0
                    yield (name + " is lost", ENVIRONMENT, launch), t, True, None
                if self.inherit and field == self.in_progress:
                    yield from self.begin_of(s, idle, j)
                    continue
                yield from self.event_of(s, idle, j, name, field)
            if s[self.adm] and "cancel" in self.admin_kinds and s[self.github + j] == G_QUEUED:
                t = list(s)
                t[self.adm] -= 1
                t[self.github + j], t[self.completed + j] = G_CANCELLED, 1
                yield ("ADMIN: the user cancels the job", ENVIRONMENT, launch), t, True, None

    def begin_of(self, s, idle, j):
        """`in_progress` where inheritance is walked: a process of its own."""
        if idle is None:
            return
        truth = s[self.github + j]
        launch = truth - (G_RUN if truth < G_END else G_END)
        t = self.begin(s, idle, BIND, launch, JOB_EVENT)
        if s[self.fault] and "dup" in self.fault_kinds:
            yield ("in_progress arrives, will come twice", idle, launch), self.spend_fault(t), True, None
        t[self.in_progress + j] = 0
        yield ("in_progress arrives", idle, launch), t, False, None

    def event_of(self, s, idle, j, name, field):
        """An event that takes one write."""
        launch, truth, job, flaws = self.current(s, j), s[self.github + j], s[self.job + j], self.flaws
        t = list(s)
        if field == self.completed:
            t[self.job + j] = J_DONE
        elif job < J_RUNNING or job == J_GATED:
            t[self.job + j] = J_RUNNING
        # The end of a job on its own machine is one write, of the job's row.
        if field != self.completed:
            self.touch(t, launch)
        if s[self.fault] and "dup" in self.fault_kinds:
            yield (name + " arrives, will come twice", ENVIRONMENT, launch), self.spend_fault(t), True, None
        t[field + j] = 0
        if field == self.completed and "release-on-completed" in flaws and truth >= G_END and truth != G_CANCELLED:
            self.give_back(t, truth - G_END)
            t[self.row + truth - G_END] = ENDED
        if (
            field == self.completed
            and truth == G_CANCELLED
            and idle is not None
            and self.alive(s[self.machine + launch])
        ):
            # No runner took it: the machine that was started for it ends, once GitHub let go of its registration.
            call = TERM if "cancel-kills-predicted" in flaws else ILEASE
            t[self.proc + 3 * idle : self.proc + 3 * idle + 3] = [call, launch, 0]
        yield (name + " arrives", ENVIRONMENT, launch), t, False, None

    def gates(self, s, idle):
        """GitHub holds back a queued job, reports that, and reports `queued` again when it releases the job."""
        for j in range(JOBS):
            launch, truth = self.current(s, j), s[self.github + j]
            if s[self.adm] and "gate" in self.admin_kinds and truth == G_QUEUED:
                t = list(s)
                t[self.adm] -= 1
                t[self.github + j], t[self.waiting + j] = G_WAITING, 1
                yield ("ADMIN: a gate shuts", ENVIRONMENT, launch), t, True, None
            if truth == G_WAITING:
                t = list(s)
                t[self.github + j], t[self.news + j] = G_QUEUED, 1
                yield ("the gate opens", ENVIRONMENT, launch), t, False, None
            for name, field, call, flags in (
                ("waiting", self.waiting, GATE, OF_GATE),
                ("queued, once more,", self.news, NEWS, SCALE_UP | OF_NEWS),
            ):
                if not s[field + j]:
                    continue
                if s[self.fault] and "drop-job" in self.fault_kinds:
                    t = self.spend_fault(s)
                    t[field + j] = 0
                    yield (name + " is lost", ENVIRONMENT, launch), t, True, None
                if idle is not None:
                    t = self.begin(s, idle, call, launch, flags)
                    t[field + j] = 0
                    yield (name + " arrives", idle, launch), t, False, None

    def machines(self, s):
        for launch in range(self.nl):
            if s[self.lease + launch] == DEAD:
                t = list(s)
                t[self.lease + launch] = 0
                yield ("time passes: lease expires", ENVIRONMENT, launch), t, False, None
            if s[self.hidden + launch]:
                t = list(s)
                t[self.hidden + launch] = 0
                yield ("time passes: Describe shows the machine", ENVIRONMENT, launch), t, False, None
            if self.alive(s[self.machine + launch]):
                yield from self.machine_of(s, launch)

    def machine_of(self, s, launch):
        """A machine takes ANY queued job of the tenant, finishes, gives up, dies or hangs."""
        machine, at = s[self.machine + launch], self.machine + launch
        if machine == M_READY:
            for j in range(JOBS):
                if s[self.github + j] == G_QUEUED:
                    t = list(s)
                    t[at], t[self.github + j], t[self.in_progress + j] = M_BUSY0 + j, G_RUN + launch, 1
                    yield ("machine takes job %d" % j, ENVIRONMENT, launch), t, False, None
        if machine in (M_BUSY0, M_BUSY1):
            t = list(s)
            j = machine - M_BUSY0
            t[at], t[self.github + j], t[self.completed + j] = M_FINISHED, G_END + launch, 1
            yield ("machine finishes its job", ENVIRONMENT, launch), t, False, None
        if (
            machine in (M_FINISHED, M_UNREG)
            or machine == M_UP
            and not s[self.young + launch]
            and not s[self.lease + launch]
        ):
            t = list(s)
            self.gone(t, launch)
            yield ("machine shuts itself down", ENVIRONMENT, launch), t, False, None
        if s[self.fault] and "die" in self.fault_kinds and machine != M_HUNG:
            t = self.spend_fault(s)
            if machine in (M_BUSY0, M_BUSY1):
                t[self.github + machine - M_BUSY0], t[self.completed + machine - M_BUSY0] = G_END + launch, 1
            self.gone(t, launch)
            yield ("machine dies", ENVIRONMENT, launch), t, True, None
        if s[self.fault] and "hang" in self.fault_kinds and machine in (M_UP, M_READY):
            t = self.spend_fault(s)
            t[at] = M_HUNG
            yield ("machine hangs, never boots", ENVIRONMENT, launch), t, True, None

    def administration(self, s):
        if not s[self.adm]:
            return

        def admin(label, at, value):
            t = list(s)
            t[self.adm] -= 1
            t[at] = value
            return (label, ENVIRONMENT, TENANT), t, True, None

        if "limit" in self.admin_kinds:
            limit = 0 if s[LIMIT] else self.cap
            yield admin("ADMIN: limit set to %d" % limit, LIMIT, limit)
        if "suspend" in self.admin_kinds and s[STATUS] != DELETED:
            yield admin("ADMIN: " + ("unsuspend" if s[STATUS] else "suspend"), STATUS, 1 - s[STATUS])
        if "miscount" in self.admin_kinds:
            yield admin("ADMIN: the count of slots is edited", SLOTS, self.cap)
        if "uninstall" in self.admin_kinds and s[STATUS] != DELETED:
            yield admin("ADMIN: uninstall", STATUS, DELETED)
