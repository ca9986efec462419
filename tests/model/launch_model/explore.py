"""Walks every reachable state, and asks of each whether a good end can still be reached."""

import time
from array import array


def trace_to(model, states, parents, index):
    """The path to a state, replayed from its parents (labels are not stored)."""
    path = [index]
    while path[-1]:
        path.append(parents[path[-1]])
    path.reverse()
    lines, s = [], model.initial
    for n in path[1:]:
        for label, t, _, _ in model.steps(s):
            if model.canonical(t) == states[n]:
                lines.append(model.describe(label))
                s = bytes(t)  # not the ordered form: A stays A
                break
    return lines


def explore(model, max_states=3_000_000):
    """Breadth first, so that a trace is a shortest one.

    Answers (verdict or None, the trace's lines, (states, steps, seconds)).
    """
    began = time.time()
    index, states, parents = {model.initial: 0}, [model.initial], array("i", [0])
    sources, targets, here, edges = array("i"), array("i"), 0, 0

    def stats():
        return len(states), edges, time.time() - began

    while here < len(states):
        s = states[here]
        for label, t, is_fault, bad in model.steps(s):
            b = model.canonical(t)
            edges += 1
            if b == s:
                continue
            n = index.get(b)
            bad = bad or (model.unsafe(b) if n is None else None)
            if bad:
                return (
                    bad,
                    trace_to(model, states, parents, here) + [model.describe(label), "=> " + model.show(b)],
                    stats(),
                )
            if n is None:
                n = index[b] = len(states)
                states.append(b)
                parents.append(here)
            if not is_fault:
                sources.append(here)
                targets.append(n)
        here += 1
        if len(states) > max_states:
            return "BOUND: more than %d states" % max_states, [], stats()
    verdict, doomed = judge_ends(model, states, sources, targets)
    if verdict is None:
        return None, [], stats()
    return verdict, trace_to(model, states, parents, doomed) + ["=> " + model.show(states[doomed])], stats()


def judge_ends(model, states, sources, targets):
    """Backwards from the good ends over steps that are not faults: a state that is not met can't come to a good end."""
    count = len(states)
    first, following, has_next = array("i", [-1]) * count, array("i", [-1]) * len(sources), bytearray(count)
    for edge, target in enumerate(targets):
        following[edge], first[target], has_next[sources[edge]] = first[target], edge, 1
    reach, todo = bytearray(count), [n for n in range(count) if model.good(states[n])]
    for n in todo:
        reach[n] = 1
    while todo:
        edge = first[todo.pop()]
        while edge >= 0:
            n = sources[edge]
            if not reach[n]:
                reach[n] = 1
                todo.append(n)
            edge = following[edge]
    ends = [n for n in range(count) if not reach[n] and not has_next[n]]
    doomed = ends[0] if ends else reach.find(0)
    if doomed < 0:
        return None, doomed
    if not ends:
        return "L1: runs in a circle", doomed
    return "L2: lost wake-up" if model.lost_wakeup(states[doomed]) else "L1: stuck", doomed
