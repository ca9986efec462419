"""The way of a message: job row, admission, lease, intent, machine, configuration."""

from .state import STATUS, State
from .values import (
    ACTIVE,
    ADMIT,
    ADMIT2,
    CHECK,
    DELETED,
    DONE,
    ENDED,
    ENDING,
    HELD,
    INST,
    INTENT,
    J_DONE,
    J_NONE,
    J_PARKED,
    J_QUEUED,
    J_RUNNING,
    J_STARTING,
    JIT,
    JOB,
    LAUNCHING,
    LEASE,
    M_GONE,
    M_NONE,
    M_READY,
    M_UP,
    NONE,
    PARK,
    PARKS,
    RELEASE,
    RLEASE,
    RUN,
    RUNNING,
    START,
    STORE,
    TERM,
    TRUSTS,
    UINST,
    UNREG,
)


class ScaleUp(State):
    def scale_up_calls(self):
        return {
            JOB: self.read_job,
            ADMIT: self.admit_launch,
            ADMIT2: self.admit_launch,
            PARK: self.park,
            LEASE: self.take_lease,
            START: self.start,
            INTENT: self.write_intent,
            INST: self.write_instance,
            UINST: self.write_instance_to_undo,
            CHECK: self.check_status,
            JIT: self.mint,
            STORE: self.store,
            DONE: self.mark_running,
        }

    def read_job(self, step):
        """A new job is admitted at once; what stands in the way of that decides what its delivery may do."""
        job, row = step.t[step.job], step.t[step.row]
        if job == J_NONE:
            self.admit_launch(step)
        elif job >= J_RUNNING:
            if row == HELD and "ended-job-keeps-slot" not in self.flaws:
                step.to(RLEASE)
            else:
                step.end()
        elif row in (HELD, LAUNCHING):
            step.to(LEASE)
        elif row == NONE and job != J_PARKED and "duplicate-ends-any" not in self.flaws:
            step.to(ADMIT)
        else:
            step.end()

    def admit_launch(self, step):
        """Slot, launch and job change together or not at all; the launch is leased in the same write."""
        t, job = step.t, step.t[step.job]
        if self.may_admit(step, (J_NONE, J_QUEUED, J_PARKED, J_STARTING)) and self.admit(t):
            t[step.job], t[step.row], t[step.lease] = J_STARTING, HELD, step.p + 1
            self.touch(t, step.launch)
            step.to(INTENT)
        elif t[step.row] in (HELD, LAUNCHING):
            step.to(LEASE)
        elif t[step.row] == NONE and job in (J_NONE, J_QUEUED, J_STARTING) and step.call != ADMIT2:
            step.to(PARK)
        else:
            step.end()

    def with_intent(self, step):
        """Where it is known before the slot what EC2 will be asked for; the call may not come to be all the same."""
        t = list(step.t)
        t[step.row], t[self.intent + step.launch], t[step.pr] = LAUNCHING, 1, RUN
        return t

    def park(self, step):
        """A job that finds no slot has a row, but no launch."""
        t = step.t
        if t[step.job] in (J_NONE, J_QUEUED, J_PARKED):
            t[step.job] = J_PARKED
            self.touch(t, step.launch)
        step.to(ADMIT2)
        if "no-wake" in self.flaws:
            step.end()

    def take_lease(self, step):
        if step.t[step.lease] == 0 and step.t[step.row] in (HELD, LAUNCHING):
            step.t[step.lease] = step.p + 1
            self.touch(step.t, step.launch)
            step.to(START)
        else:
            step.end()

    def start(self, step):
        """The job's row and the tenant's status, read under the lease."""
        t, row = step.t, step.t[step.row]
        if t[step.job] in (J_QUEUED, J_PARKED):
            t[step.job] = J_STARTING
            self.touch(t, step.launch)
        if row >= ENDING:
            step.end()
        elif row == HELD and t[step.job] >= J_RUNNING and "ended-job-keeps-slot" not in self.flaws:
            step.to(RELEASE)  # nothing was ever asked of EC2: that is the proof
        elif t[STATUS] != ACTIVE and (row == HELD or "stops-unasked" in self.flaws):
            t[step.pr + 2] |= PARKS
            step.to(RELEASE)
        else:
            step.to(RUN if t[self.intent + step.launch] and "fresh-token" not in self.flaws else INTENT)

    def write_intent(self, step):
        """Before the call."""
        t = step.t
        if t[step.row] >= ENDING:
            step.end()
            return
        t[step.row] = LAUNCHING
        t[self.intent + step.launch] += 1
        self.touch(t, step.launch)
        step.to(RUN)

    def run_instances(self, step):
        """EC2 answers with a machine, a refusal or not at all, and knows a token again."""
        s, p, launch, pr = step.s, step.p, step.launch, step.pr
        token, exists = s[self.intent + launch], s[step.machine]
        bad = "S4: RunInstances for a launch that was released" if s[step.row] >= ENDED and exists == M_NONE else None
        if exists and s[self.candidate + launch] == token:
            step.to(RELEASE if exists == M_GONE else INST)
            if "undo-trusts-row" in self.flaws and not s[self.instance + launch]:
                step.t[pr + 2] |= TRUSTS
            yield ("RunInstances answers with the machine of before", p, launch), step.t, False, None
            return
        if exists:
            again = exists == M_GONE and "relaunch-same-number" in self.flaws
            bad = "S4: a released launch starts again" if again else "S3: a second machine for one launch"

        def started(call):
            t = list(s)
            t[step.machine], t[self.candidate + launch], t[pr] = M_UP, token, call
            return t

        # Its row names it at once, or together with `running` if nothing has to be waited for until then. An answer
        # that comes at once is not followed by another look at the tenant and the job.
        ways = ((INST, ", which is written at once"), (CHECK, ""), (JIT, " at once"))
        for call, how in ways:
            yield ("RunInstances starts a machine" + how, p, launch), started(call), False, bad
            if s[self.fault] and "lag" in self.fault_kinds:  # indexes and Describe learn of it later
                t = started(call)
                t[self.fault] -= 1
                t[self.hidden + launch] = 1
                label = "RunInstances starts a machine that Describe does not show yet" + how
                yield (label, p, launch), t, True, bad
        if s[self.fault] == 0:
            return
        if "refuse" in self.fault_kinds:
            t = list(s)
            t[self.fault] -= 1
            t[pr] = INTENT if token < self.cands else RELEASE
            t[pr + 2] |= 0 if token < self.cands else PARKS
            yield ("RunInstances: definite capacity refusal", p, launch), t, True, None
        if "timeout" in self.fault_kinds:
            yield from self.time_out(step, token)

    def time_out(self, step, token):
        for effect in (False, True):
            t = list(step.s)
            t[self.fault] -= 1
            if effect:
                t[step.machine], t[self.candidate + step.launch] = M_UP, token
            if "timeout-next-candidate" in self.flaws:
                t[step.pr] = INTENT
            else:  # gives up; the message comes back and repeats the same call
                t[self.messages + step.j] = 1
                self.finish(t, step.p)
            yield (
                ("RunInstances times out with%s effect" % ("" if effect else "out"), step.p, step.launch),
                t,
                True,
                None,
            )

    def write_instance(self, step):
        if step.t[step.row] != LAUNCHING:
            step.end()
            return
        step.t[self.instance + step.launch] = 1
        self.touch(step.t, step.launch)
        step.to(CHECK)

    def write_instance_to_undo(self, step):
        """A machine that is ended again is in its row before."""
        self.write_instance(step)
        if step.t[step.pr] == CHECK:
            self.undo(step)

    def check_status(self, step):
        """The tenant's status once more, and whether the job is still there."""
        status = step.t[STATUS]
        if status == ACTIVE and step.t[step.job] != J_DONE:
            step.to(JIT)
            return
        if status != ACTIVE:
            step.t[step.pr + 2] |= PARKS
        if step.t[self.instance + step.launch]:
            self.undo(step)
        else:
            step.to(UINST)

    def undo(self, step):
        """The registration of an earlier attempt must go first: a job may run by it."""
        flags, status = step.t[step.pr + 2], step.t[STATUS]
        careless = flags & TRUSTS or flags & PARKS and "undo-kills-busy" in self.flaws
        step.to(TERM if status == DELETED or careless else UNREG)
        step.t[step.pr + 2] &= ~TRUSTS

    @staticmethod
    def mint(step):
        """The registration; a machine can't use it yet."""
        step.to(STORE)

    @staticmethod
    def store(step):
        """The parameter; a name that exists at the mint leaves what is there."""
        if step.t[step.machine] == M_UP:
            step.t[step.machine] = M_READY
        step.to(DONE)

    def mark_running(self, step):
        """With the machine, where its row does not name it yet."""
        if step.t[step.row] == LAUNCHING:
            step.t[step.row], step.t[self.instance + step.launch] = RUNNING, 1
            self.touch(step.t, step.launch)
        step.end()
