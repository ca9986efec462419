"""Redrives of SQS, which the emulator lacks: what a dead-letter queue holds goes back to where each message came from.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

import time
import uuid

_FINISHED = "COMPLETED"
_LISTED = 10


class MessageMoves:
    def __init__(self, sqs, scope):
        self._sqs = sqs
        # The tasks by the ARN of the dead-letter queue, the newest first. A task is done when it has been answered.
        self._tasks = scope()

    def handlers(self):
        return {
            "StartMessageMoveTask": self._start,
            "ListMessageMoveTasks": self._list,
            "CancelMessageMoveTask": self._cancel,
        }

    def _start(self, request, _url):
        source_arn = request.get("SourceArn") or ""
        source = self._queue(source_arn)
        if not self._is_dead_letter_queue(source_arn):
            raise self._sqs._Err("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
        target = self._queue(request["DestinationArn"]) if request.get("DestinationArn") else None
        waiting = list(source["messages"])
        moved = [one for one in waiting if self._move(one, target)]
        source["messages"] = [one for one in waiting if one not in moved]
        self._sqs.esm_wake.set()
        task = {
            "TaskHandle": str(uuid.uuid4()),
            "Status": _FINISHED,
            "SourceArn": source_arn,
            "StartedTimestamp": int(time.time() * 1000),
            "ApproximateNumberOfMessagesMoved": len(moved),
            "ApproximateNumberOfMessagesToMove": len(waiting),
        }
        if target:
            task["DestinationArn"] = request["DestinationArn"]
        self._tasks[source_arn] = [task, *self._tasks.get(source_arn, [])]
        return {"TaskHandle": task["TaskHandle"]}

    def _move(self, message, target):
        """A redriven message is a new one. What Lambda or a rule put there has no queue to go back to, and stays."""
        destination = target or self._sqs._queue_by_arn(message.get("sys", {}).get("DeadLetterQueueSourceArn", ""))
        if destination is None:
            return False
        now = time.time()
        kept = {key: value for key, value in message.get("sys", {}).items() if key != "DeadLetterQueueSourceArn"}
        anew = {
            "id": str(uuid.uuid4()),
            "sent_at": now,
            "visible_at": now,
            "receive_count": 0,
            "first_receive_at": None,
            "receipt_handle": None,
            "sys": {**kept, "SentTimestamp": str(int(now * 1000))},
        }
        destination["messages"].append({**message, **anew})
        return True

    def _list(self, request, _url):
        self._queue(request.get("SourceArn") or "")
        wanted = min(int(request.get("MaxResults") or 1), _LISTED)
        return {"Results": self._tasks.get(request.get("SourceArn"), [])[:wanted]}

    def _cancel(self, _request, _url):
        raise self._sqs._Err("ResourceNotFoundException", "There is no active task of this handle.", 404)

    def _queue(self, arn):
        found = self._sqs._queue_by_arn(arn)
        if found is None:
            raise self._sqs._Err(
                "ResourceNotFoundException",
                "The resource that you specified for the SourceArn parameter doesn't exist.",
                404,
            )
        return found

    def _is_dead_letter_queue(self, arn):
        return any(arn in (queue["attributes"].get("RedrivePolicy") or "") for queue in self._sqs._queues.values())


def install(sqs, moves):
    sqs._HANDLERS.update(moves.handlers())
