"""The next call of a process: a delivery, a release, a wake, an end by the sweep, an event of a job."""

from .gates import Gates
from .inheritance import Inheritance
from .scale_up import ScaleUp
from .settling import Settling
from .values import ADMIT, CALL_NAMES, INTENT, JOB, PARKS, RELEASE, RUN


class Step:
    """One call in the making: the state before and after it, and where its launch stands."""

    def __init__(self, model, s, p):
        self.s, self.t, self.p, self.pr = s, list(s), p, model.proc + 3 * p
        self.call, self.launch = s[self.pr], s[self.pr + 1]
        launch = self.launch
        self.j = s[model.predicted + launch]
        self.row, self.lease, self.machine = model.row + launch, model.lease + launch, model.machine + launch
        self.job = model.job + self.j
        self.finish = model.finish

    def to(self, call):
        self.t[self.pr] = call

    def end(self):
        self.finish(self.t, self.p)


class Processes(ScaleUp, Settling, Inheritance, Gates):
    """Each method makes one call and answers the rule that it breaks, if any."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.calls = {**self.scale_up_calls(), **self.settling_calls(), **self.inheritance_calls(), **self.gate_calls()}

    def step(self, s, p):
        """Yields (label, state, is a fault, broken rule) for the next call of process p."""
        step = Step(self, s, p)
        if step.call == RUN:
            yield from self.run_instances(step)
            return
        bad = self.calls[step.call](step)
        yield (CALL_NAMES[step.call], p, step.launch), step.t, False, bad
        if step.call in (JOB, ADMIT) and step.t[step.pr] == INTENT:
            yield (CALL_NAMES[step.call] + ", with its intent", p, step.launch), self.with_intent(step), False, bad
            if s[self.fault] and "refuse" in self.fault_kinds:
                t = self.with_intent(step)
                t[self.fault], t[step.pr], t[step.pr + 2] = t[self.fault] - 1, RELEASE, t[step.pr + 2] | PARKS
                yield ("the same, and GitHub lets nothing start", p, step.launch), t, True, bad
        if "leftover" in self.fault_kinds:
            yield from self.leave_leftover(s, p)
