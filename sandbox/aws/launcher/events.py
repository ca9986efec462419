"""What the emulator lacks of EventBridge: EC2's own events, the queue policy, and a target's dead letters."""

import contextvars
import json
import logging
import time
import uuid

logger = logging.getLogger("sandbox.events")

_delivery = contextvars.ContextVar("sandbox_event_delivery", default=None)


def aws_event(source, detail_type, detail, place, now=time.time):
    """An event of AWS's own on the default bus.

    @param place: the account, its Region and the ARNs that the event is about
    """
    account, region, *resources = place
    return {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "EventBusName": "default",
        "Time": int(now()),
        "Resources": resources,
        "Account": account,
        "Region": region,
    }


def state_change(instance_id, state, account, region, now=time.time):
    """The event EC2 puts on the default bus. It carries no tags: the tenant must be looked up by the id."""
    arn = f"arn:aws:ec2:{region}:{account}:instance/{instance_id}"
    detail = {"instance-id": instance_id, "state": state}
    return aws_event("aws.ec2", "EC2 Instance State-change Notification", detail, (account, region, arn), now)


def install(eventbridge, evaluator, lambda_service):
    """A target is reached only where its own policy lets this rule in; otherwise the event goes to the rule's dead
    letters.
    """
    original_invoke, original_sqs, original_lambda = (
        eventbridge._invoke_target,
        eventbridge._dispatch_to_sqs,
        eventbridge._dispatch_to_lambda,
    )

    def invoke_target(target, event, rule, view=None):
        token = _delivery.set((target, rule))
        try:
            return original_invoke(target, event, rule, view)
        finally:
            _delivery.reset(token)

    def allowed(action, resource, policy):
        _, rule = _delivery.get()
        arn = rule.get("Arn") or ""
        ctx = evaluator.EvalContext(
            principal_arn="",
            principal_type="Service",
            principal_account=eventbridge.get_account_id(),
            action=action,
            resource_arn=resource,
            region=eventbridge.get_region(),
            service_context={"aws:sourcearn": arn, "aws:sourceaccount": eventbridge.get_account_id()},
        )
        return evaluator.evaluate_resource_policy(policy, ctx, service="events.amazonaws.com").decision == "Allow"

    def dead_letter(payload, why):
        target, rule = _delivery.get()
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        logger.warning("rule %s could not deliver to %s: %s", rule.get("Name"), target.get("Arn"), why)
        if queue and allowed("sqs:SendMessage", queue, queue_policy(queue)):
            original_sqs(eventbridge.parse_arn(queue), payload, {})

    def queue_policy(arn):
        from ministack.services import sqs

        found = sqs.queue_policy_for_arn(arn)
        return found[0] if found else None

    def dispatch_to_sqs(spec, payload, sqs_parameters=None):
        if _delivery.get() and not allowed("sqs:SendMessage", str(spec), queue_policy(str(spec))):
            return dead_letter(payload, "the queue's policy does not allow events.amazonaws.com from this rule")
        return original_sqs(spec, payload, sqs_parameters)

    def dispatch_to_lambda(arn, payload):
        found = lambda_service.function_policy_for_arn(arn)
        if _delivery.get() and not allowed("lambda:InvokeFunction", arn, found[0] if found else None):
            return dead_letter(payload, "the function's policy does not allow events.amazonaws.com from this rule")
        return original_lambda(arn, payload)

    eventbridge._invoke_target = invoke_target
    eventbridge._dispatch_to_sqs = dispatch_to_sqs
    eventbridge._dispatch_to_lambda = dispatch_to_lambda
