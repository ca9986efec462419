"""The protocol and its world as one transition relation, with the rules that every state has to keep."""

from .state import LIMIT, RECOUNT, SLOTS, STATUS
from .sweep import Sweep
from .values import (
    ACK,
    ACTIVE,
    ENDED,
    ENVIRONMENT,
    G_CANCELLED,
    G_END,
    G_WAITING,
    J_DONE,
    J_GATED,
    J_LIMIT,
    J_NONE,
    J_PARKED,
    J_REFUSED,
    J_RUNNING,
    JOB_EVENT,
    JOB_NAMES,
    JOBS,
    MACHINE_NAMES,
    NONE,
    ROW_NAMES,
    SUSPENDED,
    TENANT,
    TENANT_NAMES,
)


class Model(Sweep):
    def steps(self, s):
        """Every (label, next state, is a fault, broken rule)."""
        idle = self.idle_process(s)
        yield from self.processes(s)
        yield from self.deliveries(s, idle)
        yield from self.events(s, idle)
        yield from self.gates(s, idle)
        yield from self.machines(s)
        yield from self.sweep(s, idle)
        yield from self.administration(s)

    def unsafe(self, s):
        count = 0
        for launch in range(self.nl):
            if self.alive(s[self.machine + launch]):
                count += 1
                if not self.holds(s[self.row + launch]):
                    return "S1: a machine lives whose launch holds no slot"
        if count > s[SLOTS]:
            return "S1: more machines than slots that are held"
        if count > self.cap:
            return "S1: more machines than the limit"
        # A flaw is asked for what it does to machines, and an edit may say anything.
        exact = not self.flaws and "miscount" not in self.admin_kinds
        return "S6: not the number of launches that hold a slot" if exact and s[SLOTS] != self.count_held(s) else None

    def good(self, s):
        """Everything came to rest and is explained."""
        if s[SLOTS] or s[RECOUNT] or s[self.proc] or s[self.proc + 3] or any(s[self.messages : self.news + JOBS]):
            return False
        for launch in range(self.nl):
            if self.alive(s[self.machine + launch]) or s[self.row + launch] not in (NONE, ENDED):
                return False
        return all(self.explained(s, j) for j in range(JOBS))

    def explained(self, s, j):
        job = s[self.job + j]
        if job == J_PARKED:
            return s[STATUS] == SUSPENDED or s[STATUS] == ACTIVE and s[LIMIT] == 0
        if job == J_GATED:
            return s[self.github + j] == G_WAITING
        return job in (J_REFUSED, J_LIMIT) or job == J_DONE and s[self.github + j] >= G_END

    def lost_wakeup(self, s):
        parked = any(s[self.job + j] == J_PARKED for j in range(JOBS))
        return parked and s[STATUS] == ACTIVE and s[SLOTS] < s[LIMIT]

    def canonical(self, t):
        """Forgets what nothing can read any more; the two processes are alike: orders them."""
        t = list(t)
        self.forget(t)
        pr, nl, b = self.proc, self.nl, bytes(t)
        if b[pr : pr + 3] <= b[pr + 3 : pr + 6]:
            return b
        return b"".join(
            (
                b[: self.lease],
                b[self.lease : self.lease + nl].translate(self.swap_lease),
                b[self.intent : self.young],
                b[self.young : self.hidden].translate(self.swap_young),
                b[self.hidden : pr],
                b[pr + 3 : pr + 6],
                b[pr : pr + 3],
                b[pr + 6 :],
            )
        )

    def forget(self, t):
        pr = self.proc
        if t[RECOUNT] == 1 + t[SLOTS] and "recount-over-changes" not in self.flaws:
            t[RECOUNT] = 0  # it would change nothing, and whatever else is counted forbids it
        busy = {t[pr + 1] if t[pr] else -1, t[pr + 4] if t[pr + 3] else -1}
        exact = "release-on-completed" in self.flaws
        binding = any(t[pr + at] & ACK == JOB_EVENT for at in (2, 5))
        for j in range(JOBS):
            job, truth = t[self.job + j], t[self.github + j]
            if job >= J_RUNNING and job != J_GATED and not self.inherit:
                t[self.in_progress + j] = 0
            if job == J_DONE and not exact:
                t[self.completed + j] = 0
            if (
                G_END < truth < G_CANCELLED
                and not exact
                and not (self.inherit and (binding or t[self.in_progress + j]))
            ):
                t[self.github + j] = G_END
        for launch in range(self.nl):
            j = t[self.predicted + launch]
            row = t[self.row + launch]
            if row == ENDED and not self.alive(t[self.machine + launch]):
                t[self.ec2 + launch] = t[self.instance + launch] = 0
                if launch not in busy:
                    t[self.intent + launch] = t[self.candidate + launch] = 0
                if not binding:
                    t[self.taken + launch] = 0
                if self.current(t, j) != launch or t[self.job + j] >= J_DONE:
                    t[self.young + launch] = 0
            elif row == NONE and t[self.job + j] in (J_NONE, J_DONE):
                t[self.young + launch] = 0

    def show(self, s):
        out = ["tenant %s %d of %d slots held" % (TENANT_NAMES[s[STATUS]], s[SLOTS], s[LIMIT])]
        for j in range(JOBS):
            truth = s[self.github + j]
            word = (
                "queued"
                if not truth
                else "running"
                if truth < G_END
                else "ended"
                if truth < G_CANCELLED
                else "cancelled"
                if truth < G_WAITING
                else "held back"
            )
            out.append("job%d row=%s github=%s" % (j, JOB_NAMES[s[self.job + j]], word))
        for launch in range(self.nl):
            row, machine = s[self.row + launch], s[self.machine + launch]
            if row or machine:
                out.append(
                    "launch %s row=%s machine=%s" % (self.name_of(launch), ROW_NAMES[row], MACHINE_NAMES[machine])
                )
        return "; ".join(out)

    def name_of(self, launch):
        return "tenant" if launch == TENANT else "job%d.%d" % (launch // self.k, launch % self.k + 1)

    def describe(self, label):
        text, p, launch = label
        who = "" if p == ENVIRONMENT else "process %s, " % "AB"[p]
        return "%s (%s%s)" % (text, who, self.name_of(launch))
