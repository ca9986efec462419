"""The numbers in a state, and their readable names.

The names that the model shares with the code and the documents (states, flaws, rows of the sweep) are in
vocabulary.json beside this package; a test of the repository compares them.
"""

import json
from pathlib import Path

VOCABULARY = json.loads((Path(__file__).parent.parent / "vocabulary.json").read_text(encoding="utf-8"))

TENANT_NAMES = VOCABULARY["tenant"]
ROW_NAMES = ["none"] + VOCABULARY["launch"]
JOB_NAMES = ["none"] + list(VOCABULARY["job"])
MACHINE_NAMES = ["none", "up", "ready", "busy:job0", "busy:job1", "finished", "gone", "unregistered", "hung"]

ACTIVE, SUSPENDED, DELETED = range(3)
NONE, HELD, LAUNCHING, RUNNING, ENDING, ENDED = range(6)
J_NONE, J_QUEUED, J_PARKED, J_STARTING, J_RUNNING, J_DONE, J_REFUSED, J_LIMIT, J_GATED = range(9)
M_NONE, M_UP, M_READY, M_BUSY0, M_BUSY1, M_FINISHED, M_GONE, M_UNREG, M_HUNG = range(9)
WAITING = (J_QUEUED, J_PARKED, J_STARTING)

# GitHub's truth of a job: queued, G_RUN + launch while it runs, G_END + launch once it ended, cancelled, or held back.
G_QUEUED, G_RUN, G_END, G_CANCELLED, G_WAITING = 0, 1, 20, 40, 50

# A lease whose holder crashed: it blocks until time passes.
DEAD = 9

# The next step of an invocation. Each is one call of AWS or GitHub, or one conditional write.
CALLS = {
    "IDLE": "",
    "JOB": "slot, row held, new job row starting, in one write",
    "ADMIT": "slot, row held, job starting, in one write",
    "ADMIT2": "the same, once more",
    "LEASE": "lease",
    "START": "job -> starting",
    "INTENT": "intent",
    "RUN": "RunInstances",
    "INST": "instance id",
    "UINST": "instance id, to undo",
    "CHECK": "tenant status again",
    "JIT": "JIT config",
    "STORE": "parameter",
    "DONE": "row -> running, acknowledge",
    "PARK": "job -> parked",
    "RLEASE": "lease, to release",
    "RELEASE": "row -> ended, without its slot",
    "TO_ENDED": "row -> ended",
    "SETTLE": "asks about the predicted job",
    "WAKE": "wake: picks the oldest",
    "WADMIT": "wake: slot, row held, job queued, in one write",
    "WSEND": "wake: sends",
    "ILEASE": "lease, to terminate",
    "UNREG": "DELETE registration",
    "TERM": "TerminateInstances",
    "SLEASE": "lease, to settle",
    "LOOK": "looks for the token",
    "BIND": "in_progress: binds the runner",
    "REASSIGN": "the replacement runner -> the displaced job",
    "FOLLOW": "the displaced job -> the replacement runner",
    "LOOK_BACK": "reads the inherited launch again",
    "AGAIN": "the displaced job -> parked, new number",
    "RECORD": "job -> running",
    "GATE": "waiting: asks GitHub",
    "GATE_PARK": "job -> parked at its gate, new number",
    "NEWS": "job row, at another queued",
    "OPEN_ASK": "asks GitHub about the gate",
    "OPEN": "job -> queued, new number",
    "ADOPT": "job -> starting, on the machine that it still has",
    "ADOPT_LOOK": "reads that launch again",
}
(
    IDLE,
    JOB,
    ADMIT,
    ADMIT2,
    LEASE,
    START,
    INTENT,
    RUN,
    INST,
    UINST,
    CHECK,
    JIT,
    STORE,
    DONE,
    PARK,
    RLEASE,
    RELEASE,
    TO_ENDED,
    SETTLE,
    WAKE,
    WADMIT,
    WSEND,
    ILEASE,
    UNREG,
    TERM,
    SLEASE,
    LOOK,
    BIND,
    REASSIGN,
    FOLLOW,
    LOOK_BACK,
    AGAIN,
    RECORD,
    GATE,
    GATE_PARK,
    NEWS,
    OPEN_ASK,
    OPEN,
    ADOPT,
    ADOPT_LOOK,
) = range(len(CALLS))
CALL_NAMES = list(CALLS.values())

# What a process acknowledges at its end; PARKS: its release parks the job without a call to GitHub.
# OF_NEWS: it handles a new `queued`; OF_GATE: a `waiting`. ASLEEP: it is frozen before its next call. TRUSTS: by a
# flaw, it takes a row without a machine for proof that nothing was registered.
SCALE_UP, EC2_EVENT, JOB_EVENT, ACK, PARKS, OF_NEWS, OF_GATE, ASLEEP, TRUSTS = 1, 2, 3, 3, 4, 8, 16, 32, 64

JOBS = 2
# In a label, instead of a process: the environment; instead of a launch: the tenant.
ENVIRONMENT, TENANT = 9, 99
