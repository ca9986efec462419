"""The small worlds that are walked, and the flaws that can be put back into the protocol.

limit: the tenant's; k: start numbers that a job may use; cands: candidates of a launch; crashes: how many in one run;
jobs: 1 or 2; faults and admin: how many in one run, and which; inherit: a job whose runner took another inherits that
one's; begin: 'ready' starts with a configured machine for each job that has a slot, 'busy' with that machine at work
and the other job parked, 'stolen' with both machines, the first at work for the second's job, 'gated' with a job whose
gate has just opened.
"""

from .values import VOCABULARY

CONFIGS = {
    "crash1": dict(limit=1, k=2, cands=1, crashes=2, jobs=1),
    "leftover": dict(limit=1, k=2, cands=1, crashes=1, jobs=1, faults=(2, "leftover die refuse")),
    "lag": dict(limit=1, k=2, cands=1, crashes=2, jobs=1, faults=(1, "lag")),
    "handover": dict(limit=1, k=2, cands=1, crashes=1, begin="busy"),
    "steal": dict(limit=2, k=1, cands=1, crashes=0, begin="stolen", inherit=True),
    "admin": dict(limit=1, k=2, cands=1, crashes=1, jobs=1, admin=(2, "limit suspend cancel")),
    "miscount": dict(limit=1, k=2, cands=1, crashes=1, jobs=1, admin=(1, "miscount")),
    "uninstall1": dict(limit=1, k=2, cands=1, crashes=2, jobs=1, admin=(1, "uninstall")),
    "gate": dict(limit=1, k=2, cands=1, crashes=0, jobs=1, faults=(1, "drop-job"), admin=(1, "gate")),
    "gate-opens": dict(limit=1, k=2, cands=1, crashes=1, jobs=1, faults=(1, "lost-message"), begin="gated"),
    "plain": dict(limit=1, k=2, cands=1, crashes=0),
    "crashes": dict(limit=1, k=2, cands=1, crashes=2, jobs=1, faults=(1, "dup lost-message drop-job drop-ec2")),
    "boot": dict(limit=1, k=3, cands=1, crashes=2, jobs=1, faults=(1, "hang early-idle")),
    "freeze": dict(limit=1, k=2, cands=1, crashes=0, jobs=1, faults=(2, "freeze hang")),
    "ec2": dict(limit=1, k=3, cands=2, crashes=1, jobs=1, faults=(2, "refuse timeout die")),
    "error": dict(limit=1, k=2, cands=1, crashes=1, jobs=1, faults=(2, "error refuse")),
    "two": dict(limit=2, k=2, cands=1, crashes=0),
    # From here on minutes each: the long version.
    "gate-crash": dict(limit=1, k=2, cands=1, crashes=1, jobs=1, faults=(1, "drop-job"), admin=(1, "gate")),
    "two-crash": dict(limit=1, k=2, cands=1, crashes=1, begin="ready"),
    "steal-crash": dict(limit=2, k=1, cands=1, crashes=1, begin="stolen", inherit=True),
    "steal-again": dict(limit=2, k=2, cands=1, crashes=0, begin="stolen", inherit=True),
    "uninstall": dict(limit=1, k=2, cands=1, crashes=0, admin=(1, "uninstall")),
    "admin-two": dict(limit=1, k=2, cands=1, crashes=0, admin=(1, "limit suspend cancel")),
    "events": dict(limit=1, k=2, cands=1, crashes=0, faults=(1, "drop-job drop-ec2 dup lost-message drop-hook")),
    "ec2-two": dict(limit=1, k=3, cands=1, crashes=0, faults=(1, "refuse timeout die")),
    # Not explored to its end; the flaws that it shows are found early.
    "crash": dict(limit=1, k=2, cands=1, crashes=1),
}
LONG = ["gate-crash", "two-crash", "steal-crash", "steal-again", "uninstall", "admin-two", "events", "ec2-two"]
UNBOUNDED = ["crash"]
SHORT = [name for name in CONFIGS if name not in LONG + UNBOUNDED]

# name: (what the flawed protocol does, the configuration that shows it, the rule it breaks)
FLAWS = {name: (flaw["does"], flaw["config"], flaw["breaks"]) for name, flaw in VOCABULARY["flaws"].items()}
