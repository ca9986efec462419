"""Explores a model of a few steps whose states are plain tuples, with a flaw or without.

A model has `initial`, `steps(state)` as (label, state after), `broken(before, after)` as the rule that the step breaks
or None, and `good(state)`: what every state must be able to reach, which is rule L1.
"""

import sys
from collections import deque


def explore(model):
    """(the rule that is broken, the steps that lead there, how many states were seen)"""
    came, backwards, queue = {model.initial: None}, {}, deque([model.initial])
    while queue:
        state = queue.popleft()
        for label, after in model.steps(state):
            backwards.setdefault(after, []).append(state)
            rule = model.broken(state, after)
            known = after in came
            if not known:
                came[after] = (state, label)
                queue.append(after)
            if rule:
                return rule, trace(came, state) + [label], len(came)
    alive = {state for state in came if model.good(state)}
    queue = deque(alive)
    while queue:
        for state in backwards.get(queue.popleft(), ()):
            if state not in alive:
                alive.add(state)
                queue.append(state)
    for state in came:
        if state not in alive:
            return "L1", trace(came, state), len(came)
    return None, [], len(came)


def trace(came, state):
    steps = []
    while came[state]:
        state, label = came[state]
        steps.insert(0, label)
    return steps


def main(name, model_of, flaws):
    """@param flaws: each with the rule that it must break. Answers the exit code."""
    if "--flaw" in sys.argv:
        rule, steps, _ = explore(model_of(sys.argv[-1]))
        print("\n".join([*steps, "breaks %s" % rule]))
        return 0
    rule, steps, count = explore(model_of(""))
    print("%s: %d states%s" % (name, count, "" if rule is None else ", breaks %s: %s" % (rule, "; ".join(steps))))
    found = {flaw: explore(model_of(flaw))[0] for flaw in flaws}
    for flaw, broken in found.items():
        print("%s, flaw %s: breaks %s" % (name, flaw, broken))
    return 0 if rule is None and found == flaws else 1
