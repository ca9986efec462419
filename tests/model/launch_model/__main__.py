"""Walks configurations, or shows what a flaw leads to.

python3 -m launch_model crash1 boot        some configurations; without a name all short ones
python3 -m launch_model --flaw fresh-token the shortest trace to what the flaw breaks
python3 -m launch_model --find fresh-token exit 0 only if the flaw breaks its own rule
python3 -m launch_model --list             the names, as JSON
"""

import argparse
import json
import sys

from .configurations import CONFIGS, FLAWS, LONG, SHORT
from .explore import explore
from .model import Model


def walk(name, flaws, traces):
    """Prints one line, and the trace where asked for; answers the broken rule."""
    verdict, lines, (count, edges, seconds) = explore(Model(flaws=flaws, **CONFIGS[name]))
    print(
        "%-11s %-27s %-50s %8d states %9d steps %6.1f s"
        % (name, ",".join(flaws) or "protocol", verdict or "clean", count, edges, seconds),
        flush=True,
    )
    if verdict and traces:
        for n, line in enumerate(lines, 1):
            print("   %s%s" % ("" if line.startswith("=>") else "%2d. " % n, line))
    return verdict


def main():
    cli = argparse.ArgumentParser(
        prog="launch_model", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cli.add_argument("config", nargs="*", help="one of: %s" % " ".join(CONFIGS))
    cli.add_argument("--flaw", action="append", default=[], choices=sorted(FLAWS))
    cli.add_argument("--find", choices=sorted(FLAWS))
    cli.add_argument("--list", action="store_true")
    args = cli.parse_args()
    if args.list:
        print(json.dumps({"short": SHORT, "long": LONG, "flaws": list(FLAWS)}))
        return 0
    if args.find:
        _, config, rule = FLAWS[args.find]
        return 0 if (walk(config, [args.find], False) or "").startswith(rule) else 1
    names = args.config or ([FLAWS[args.flaw[0]][1]] if args.flaw else SHORT)
    return 1 if [name for name in names if walk(name, args.flaw, True)] else 0


if __name__ == "__main__":
    sys.exit(main())
