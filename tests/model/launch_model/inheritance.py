"""What becomes of a job whose runner took another: it inherits the thief's own runner, or starts again."""

from .state import State
from .values import (
    AGAIN,
    BIND,
    ENDING,
    FOLLOW,
    G_END,
    G_RUN,
    J_RUNNING,
    LAUNCHING,
    LOOK_BACK,
    REASSIGN,
    RECORD,
    RUNNING,
    WAITING,
)


class Inheritance(State):
    """`step.launch` is the launch whose runner took the job; `taken` holds 1 + that job."""

    def inheritance_calls(self):
        return {
            BIND: self.bind,
            REASSIGN: self.reassign,
            FOLLOW: self.follow,
            LOOK_BACK: self.look_back,
            AGAIN: self.start_again,
            RECORD: self.record,
        }

    def thief(self, t, taken):
        """The job that GitHub gave to the runner of a launch."""
        return next(
            j for j, truth in enumerate(t[self.github : self.github + 2]) if truth in (G_RUN + taken, G_END + taken)
        )

    def displaced(self, t, taken):
        """The job that waits for a launch whose runner took another one."""
        j = t[self.predicted + taken]
        waits = t[self.job + j] in WAITING and self.current(t, j) == taken
        return j if waits and t[self.taken + taken] not in (0, 1 + j) else None

    def heir(self, t, taken):
        """The thief's own runner, if it is still free."""
        thief = t[self.taken + taken] - 1
        for launch in range(self.nl):
            mine = launch != taken and t[self.predicted + launch] == thief and not t[self.taken + launch]
            if mine and t[self.row + launch] in (LAUNCHING, RUNNING) and t[self.instance + launch]:
                return launch
        return None

    def bind(self, step):
        t = step.t
        if t[step.row] in (LAUNCHING, RUNNING):
            t[self.taken + step.launch] = 1 + self.thief(t, step.launch)
            self.touch(t, step.launch)
        if self.displaced(t, step.launch) is None:
            step.to(RECORD)
        else:
            step.to(REASSIGN if self.heir(t, step.launch) is not None else AGAIN)

    def reassign(self, step):
        t, heir, j = step.t, self.heir(step.t, step.launch), self.displaced(step.t, step.launch)
        if heir is None or j is None:
            step.to(AGAIN)
            return
        t[self.predicted + heir] = j
        self.touch(t, heir)
        step.to(FOLLOW)

    def reassigned(self, t, taken):
        """The launch that was reassigned to the displaced job, which does not wait for it yet."""
        j = t[self.predicted + taken]
        return next((n for n in range(self.nl) if n != taken and t[self.predicted + n] == j and n // self.k != j), None)

    def follow(self, step):
        t, heir, j = step.t, self.reassigned(step.t, step.launch), self.displaced(step.t, step.launch)
        if heir is None or j is None:
            step.to(AGAIN)
            return
        t[self.pointer + j] = heir
        self.touch(t, heir)
        step.to(LOOK_BACK)

    def look_back(self, step):
        """The inherited runner may have taken another job, or ended, before this one was seen to wait for it."""
        t, heir = step.t, self.reassigned(step.t, step.launch)
        j = t[self.predicted + step.launch]
        lost = heir is not None and (t[self.row + heir] >= ENDING or t[self.taken + heir] not in (0, 1 + j))
        if lost and self.current(t, j) == heir and t[self.job + j] in WAITING:
            self.next_number(t, j)
            self.touch(t, self.current(t, j))
        step.to(RECORD)

    def start_again(self, step):
        t, j = step.t, self.displaced(step.t, step.launch)
        if j is not None:
            self.next_number(t, j)
            self.touch(t, self.current(t, j))
        step.to(RECORD)

    def record(self, step):
        """Last, so that a crash in between is healed by the event's return."""
        t, j = step.t, self.thief(step.t, step.launch)
        if t[self.job + j] < J_RUNNING:
            t[self.job + j] = J_RUNNING
            if t[self.taken + step.launch] == 1 + j:
                t[self.pointer + j] = step.launch
        self.touch(t, step.launch)
        step.end()
