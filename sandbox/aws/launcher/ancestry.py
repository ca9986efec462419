"""Lambda's guard against loops, for functions that read queues: a message carries how often each function was in the
chain of requests that led to it, and Lambda stops a function that is there for about the 17th time. The emulator counts
direct calls only.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import contextvars
import logging
import re
import secrets
import time
import zlib

from .authorization import current_request

logger = logging.getLogger("sandbox.ancestry")

STOPS_AFTER = 16
_HEADER = "x-amzn-trace-id"
_LINEAGE = re.compile(r"(?:^|;)\s*Lineage=([0-9a-f:|]+)")
_LINK = re.compile(r"([0-9a-f]{8}):(\d+)")

# The chain of the invocation that this thread runs.
_chain = contextvars.ContextVar("sandbox_chain", default=None)


def key_of(function_arn):
    return f"{zlib.crc32(function_arn.encode()):08x}"


def read(header):
    """{function's key: times} of a trace header, as the SDKs of the functions hand it on."""
    found = _LINEAGE.search(header or "")
    return {key: int(times) for key, times in _LINK.findall(found.group(1))} if found else {}


def write(chain):
    links = "|".join(f"{key}:{times}" for key, times in chain.items())
    return (
        f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0;Lineage={links}"
    )


def joined(function_arn, headers):
    """The chain of an invocation: the longest of its batch's, and this function once more."""
    chain = {}
    for header in headers:
        for key, times in read(header).items():
            chain[key] = max(times, chain.get(key, 0))
    key = key_of(function_arn)
    return {**chain, key: chain.get(key, 0) + 1}


class Ancestry:
    """The longest chain that each function was seen in, and how often one was stopped."""

    def __init__(self):
        self._longest, self._stopped = {}, {}

    def seen(self, name, length):
        self._longest[name] = max(length, self._longest.get(name, 0))

    def stopped(self, name):
        self._stopped[name] = self._stopped.get(name, 0) + 1

    def described(self):
        return [
            {"function": name, "longest": longest, "stopped": self._stopped.get(name, 0)}
            for name, longest in self._longest.items()
        ]


def install(lambda_service, sqs, ancestry):
    """A sent message carries its sender's chain; the function that reads it continues the chain, or is stopped."""
    original_attributes, original_batch, original_trace = (
        sqs._build_send_sys_attrs,
        lambda_service._run_sqs_batch,
        lambda_service._xray_trace_id_for_invocation,
    )

    def build_send_sys_attrs(now, given):
        attributes = original_attributes(now, given)
        header = ((current_request.get() or {}).get("headers") or {}).get(_HEADER)
        return {"AWSTraceHeader": header, **attributes} if header else attributes

    def run_sqs_batch(esm, function, event, *arguments):
        config = function.get("config") or function
        name = config.get("FunctionName", "")
        headers = [(record.get("attributes") or {}).get("AWSTraceHeader") for record in event["Records"]]
        chain = joined(config.get("FunctionArn", name), headers)
        length = chain[key_of(config.get("FunctionArn", name))]
        ancestry.seen(name, length)
        if length > STOPS_AFTER and function.get("recursive_loop", "Terminate") != "Allow":
            ancestry.stopped(name)
            logger.warning(
                "Lambda stops %s: it is in one chain of requests for the %dth time; its batch goes back to the queue",
                name,
                length,
            )
            esm["LastProcessingResult"] = "FAILED"
            return None
        token = _chain.set(chain)
        try:
            return original_batch(esm, function, event, *arguments)
        finally:
            _chain.reset(token)

    def trace_id(config, inbound=None):
        chain = _chain.get()
        return write(chain) if chain and not inbound else original_trace(config, inbound)

    sqs._build_send_sys_attrs = build_send_sys_attrs
    lambda_service._run_sqs_batch = run_sqs_batch
    lambda_service._xray_trace_id_for_invocation = trace_id
