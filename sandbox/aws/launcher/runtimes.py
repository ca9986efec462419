"""Functions start with the Node that their configuration names, as on Lambda.

The emulator takes whatever `node` is on the PATH.
"""

_CONFIGURED = ("_create_function", "_update_config")


def refusal(name, programs):
    """Lambda's error for a runtime that it no longer supports.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-deprecated
    """
    if name is None or name in programs:
        return None
    newest = max(programs, default="none")
    return (
        f"The runtime parameter of {name} is no longer supported for creating or updating AWS Lambda functions. "
        f"We recommend you use a supported runtime ({newest}) while creating or updating functions."
    )


def install(lambda_service, lambda_runtime, programs):
    """`programs`: the path of the program of each runtime, such as {"nodejs22.x": "/…/bin/node"}."""
    original_binary = lambda_runtime._detect_runtime_binary

    def detect_runtime_binary(name):
        _, script = original_binary(name)
        return programs[name], script

    lambda_runtime._detect_runtime_binary = detect_runtime_binary
    for operation in _CONFIGURED:
        setattr(lambda_service, operation, _checked(getattr(lambda_service, operation), lambda_service, programs))


def kill_busy(lambda_runtime, role):
    """Kills the environments of a role's functions in which an invocation is under way; answers how many."""
    with lambda_runtime._lock:
        busy = [
            worker
            for workers in lambda_runtime._workers.values()
            for worker in workers
            if worker.in_use and (worker.config.get("Role") or "").rpartition("/")[2] == role and worker._proc
        ]
    for worker in busy:
        worker._proc.kill()
    return len(busy)


def _checked(original, lambda_service, programs):
    def configure(*arguments):
        problem = refusal(arguments[-1].get("Runtime"), programs)
        if problem:
            return lambda_service.error_response_json("InvalidParameterValueException", problem, 400)
        return original(*arguments)

    return configure
