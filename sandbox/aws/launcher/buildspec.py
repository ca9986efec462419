"""A build specification as CodeBuild reads it.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

PHASES = ("install", "pre_build", "build", "post_build")
_KNOWN = {"version", "run-as", "env", "proxy", "phases", "reports", "artifacts", "cache", "batch"}


class BadBuildspec(Exception):
    """What is wrong with it."""


def read(text):
    """{"variables": {name: value}, "phases": {name: (commands, commands of finally)}}"""
    import yaml

    try:
        root = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadBuildspec(f"wrong yaml: {error}") from error
    if not isinstance(root, dict) or str(root.get("version")) not in ("0.1", "0.2"):
        raise BadBuildspec("unsupported version")
    if unknown := sorted(set(root) - _KNOWN):
        raise BadBuildspec(f"unknown key: {', '.join(unknown)}")
    phases = root.get("phases") or {}
    if unknown := sorted(set(phases) - set(PHASES)):
        raise BadBuildspec(f"unknown phase: {', '.join(unknown)}")
    # What comes from Parameter Store and Secrets Manager is not read here.
    variables = (root.get("env") or {}).get("variables") or {}
    return {
        "variables": {name: str(value) for name, value in variables.items()},
        "phases": {
            name: (_commands(phases.get(name), "commands"), _commands(phases.get(name), "finally")) for name in PHASES
        },
    }


def _commands(phase, key):
    found = (phase or {}).get(key) or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadBuildspec(f"{key}: not a list of commands")
    return found


def next_phase(name, failed):
    """What runs after a phase: a failed build still runs its post_build, others end it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
    """
    after = {"install": "pre_build", "pre_build": "build", "build": "post_build"}
    return after.get(name) if not failed or name == "build" else None
