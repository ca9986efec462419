"""A job that GitHub holds back, and lets through later under the same id: another `queued` of it is news."""

from .state import State
from .values import (
    ADMIT,
    ADOPT,
    ADOPT_LOOK,
    ENDING,
    G_END,
    G_QUEUED,
    G_WAITING,
    GATE,
    GATE_PARK,
    HELD,
    ILEASE,
    J_DONE,
    J_GATED,
    J_NONE,
    J_PARKED,
    J_QUEUED,
    J_RUNNING,
    J_STARTING,
    LAUNCHING,
    NEWS,
    NONE,
    OF_NEWS,
    OPEN,
    OPEN_ASK,
    RLEASE,
    RUNNING,
    WAITING,
)


class Gates(State):
    def gate_calls(self):
        return {
            GATE: self.hear_waiting,
            GATE_PARK: self.park_at_gate,
            NEWS: self.hear_news,
            OPEN_ASK: self.ask_at_gate,
            OPEN: self.open_gate,
            ADOPT: self.adopt,
            ADOPT_LOOK: self.look_at_adopted,
        }

    def hear_waiting(self, step):
        """`waiting`: GitHub is asked, as the `queued` that follows may have come first."""
        t, job = step.t, step.t[step.job]
        if job == J_NONE:
            t[step.job] = J_GATED
            step.end()
        elif job == J_GATED:
            self.end_launch_of(step)
        elif job in WAITING and t[self.github + step.j] == G_WAITING:
            step.to(GATE_PARK)
        else:
            step.end()

    def park_at_gate(self, step):
        t, j = step.t, step.j
        if t[step.job] not in WAITING or self.current(t, j) != step.launch:
            step.end()
            return
        self.to_gate(t, j)
        self.touch(t, self.current(t, j))
        self.end_launch_of(step)

    def end_launch_of(self, step):
        """What the job has or had: found by what it was started for."""
        t, j = step.t, step.j
        for launch in range(self.nl):
            row = t[self.row + launch]
            if t[self.predicted + launch] != j or t[self.taken + launch] or not HELD <= row < ENDING:
                continue
            t[step.pr + 1] = launch
            step.to(RLEASE if row == HELD else ILEASE)
            return
        step.end()

    def hear_news(self, step):
        if step.t[step.job] == J_GATED:
            step.to(OPEN_ASK)
        else:
            self.read_job(step)

    def ask_at_gate(self, step):
        t, truth = step.t, step.t[self.github + step.j]
        if truth == G_QUEUED:
            spare = self.spare(t, step.j)
            step.to(OPEN if spare is None else ADOPT)
            if spare is not None:
                t[step.pr + 1] = spare
            return
        if t[step.job] == J_GATED and truth != G_WAITING and not t[step.pr + 2] & OF_NEWS:
            t[step.job] = J_RUNNING if truth < G_END else J_DONE
        step.end()

    def spare(self, t, j):
        """A machine of the job's own that could not be ended."""
        for launch in range(self.nl):
            if (
                t[self.predicted + launch] == j
                and not t[self.taken + launch]
                and t[self.row + launch] in (LAUNCHING, RUNNING)
            ):
                return launch
        return None

    def open_gate(self, step):
        if step.t[step.job] == J_GATED:
            self.to_queue(step)
        else:
            step.end()

    def to_queue(self, step):
        """A new start number; the reader of the job's message continues with it, or the sweep sends one."""
        t, j = step.t, step.j
        if (
            t[self.row + self.current(t, j)] != NONE
        ):  # the system takes a new one always, so that of two openings one wins
            self.next_number(t, j)
            if t[step.job] != J_PARKED:
                step.end()
                return
        t[step.job] = J_QUEUED
        t[step.pr + 1] = self.current(t, j)
        self.touch(t, self.current(t, j))
        step.to(ADMIT)
        if not t[step.pr + 2] & OF_NEWS:
            t[self.messages + j] = max(1, t[self.messages + j])
            step.end()

    def adopt(self, step):
        t, j = step.t, step.j
        if t[step.job] != J_GATED:
            step.end()
            return
        t[step.job], t[self.pointer + j] = J_STARTING, step.launch
        self.touch(t, step.launch)
        step.to(ADOPT_LOOK)

    def look_at_adopted(self, step):
        """Its end may have asked about the job before that waited for it again."""
        t, j = step.t, step.j
        if t[step.row] >= ENDING and t[step.job] == J_STARTING and self.current(t, j) == step.launch:
            self.to_queue(step)
        else:
            step.end()
