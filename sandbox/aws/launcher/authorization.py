"""IAM as AWS applies it, put around the emulator's evaluator: variables, per-resource EC2 checks, instance sessions."""

import contextvars

from . import policy_language as language
from .ec2_checks import Check

# The innermost request and its denied check: the evaluator's entry point receives neither.
current_request = contextvars.ContextVar("sandbox_request", default=None)
denied_check = contextvars.ContextVar("sandbox_denied_check", default=None)

_SQS_BATCH = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def install_language(evaluator):
    """Policy variables, for policies of the version that has them."""
    original_parse, lookup_key = evaluator.parse_policy_document, evaluator._resolve_condition_key

    def parse_policy_document(document):
        statements = original_parse(document)
        version = _version_of(document)
        for statement in statements:
            statement.has_variables = version == "2012-10-17" and language.has_variables(statement)
        return statements

    def matches(statement, ctx):
        resources, not_resources, conditions = statement.resources, statement.not_resources, statement.conditions
        if getattr(statement, "has_variables", False):
            try:

                def lookup(name):
                    return lookup_key(name, ctx)

                resources = [language.substitute(one, lookup) for one in resources]
                not_resources = [language.substitute(one, lookup) for one in not_resources]
                conditions = language.substitute_conditions(conditions, lookup)
            except language.Unresolved:
                return False
        return evaluator._resource_matches(ctx.resource_arn, resources, not_resources) and evaluator._conditions_met(
            conditions, ctx
        )

    def first_match(ctx, statements, effect):
        return next(
            (
                one
                for one in statements
                if one.effect == effect
                and evaluator._action_matches(ctx.action, one.actions, one.not_actions)
                and matches(one, ctx)
            ),
            None,
        )

    patterns = {}

    def compile_pattern(pattern, ignore_case):
        key = (pattern, ignore_case)
        if key not in patterns:
            if len(patterns) > 4096:
                patterns.clear()
            patterns[key] = language.compile_pattern(pattern, ignore_case)
        return patterns[key]

    evaluator.parse_policy_document = parse_policy_document
    evaluator._first_match = first_match
    evaluator._fnmatch_compile = compile_pattern


def install_transport(evaluator):
    """Loopback counts as TLS: policies that deny plain HTTP mean the network."""
    original = evaluator._resolve_condition_key

    def resolve(key, ctx):
        return "true" if key.lower() == "aws:securetransport" else original(key, ctx)

    evaluator._resolve_condition_key = resolve


def _version_of(document):
    if isinstance(document, str):
        import json

        try:
            document = json.loads(document)
        except ValueError:
            return None
    return document.get("Version") if isinstance(document, dict) else None


def install_instance_sessions(evaluator, sts):
    """`ec2:SourceInstanceARN` exists only on calls with a machine's own credentials."""
    original = evaluator._principal_keys

    def principal_keys(credential):
        keys = original(credential)
        session = sts._sessions.get(credential.access_key_id) or {}
        if session.get("SourceInstanceArn"):
            keys["ec2:sourceinstancearn"] = session["SourceInstanceArn"]
            keys["ec2:roledelivery"] = "2.0"
        return keys

    evaluator._principal_keys = principal_keys


def install_role_principals(evaluator, role_arn):
    """`aws:PrincipalArn` of a session is its role's own ARN, with the role's path.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    original = evaluator._resolve_condition_key

    def resolve(key, ctx):
        if key.lower() == "aws:principalarn" and ":assumed-role/" in ctx.principal_arn:
            return role_arn(ctx.principal_arn.split(":")[4], ctx.principal_arn.split("/")[1]) or ctx.principal_arn
        return original(key, ctx)

    evaluator._resolve_condition_key = resolve


def install_enforcement(evaluator, actions, checks_of, tags_of_arn):
    """One call may need several checks; all must pass, and the denial names the one that did not."""
    original_enforce, original_denial = evaluator.enforce, actions.access_denied_response

    def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        request = current_request.get()
        needed = checks_of(service, iam_action, resource_arn, request) if request else None
        if needed is None:
            needed = [Check(_SQS_BATCH.get(iam_action, iam_action), resource_arn)]
        for check in needed:
            # A check that gives its own tags replaces the emulator's guess at them from the whole request.
            own = _without_tags(service_context) if service == "ec2" else (service_context or {})
            context = {
                **own,
                **_resource_tags(service, check, tags_of_arn),
                **_write_conditions(check, request),
                **check.context,
            }
            result = original_enforce(access_key_id, check.action, service, region, check.resource, context)
            if request:
                request["judged"].append((check.action, check.resource, result is None))
            if result is not None:
                # Invalid credentials are not a matter of policies.
                denied_check.set(None if isinstance(result, evaluator.AuthError) else check)
                return result
        return None

    def access_denied_response(service, action, principal_arn, request_id, **keywords):
        check = denied_check.get()
        if check is not None and not keywords.get("error_code") and service == "ec2":
            keywords["message"] = (
                f"User: {principal_arn} is not authorized to perform: {check.action} on resource: {check.resource}"
            )
        return original_denial(service, action, principal_arn, request_id, **keywords)

    evaluator.enforce = enforce
    actions.access_denied_response = access_denied_response


def _without_tags(context):
    return {
        key: value
        for key, value in (context or {}).items()
        if not key.lower().startswith("aws:requesttag/") and key.lower() != "aws:tagkeys"
    }


def _write_conditions(check, request):
    """What a write of S3 depends on.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    value = request["headers"].get("if-none-match") if request and check.action == "s3:PutObject" else None
    return {"s3:if-none-match": value} if value else {}


def _resource_tags(service, check, tags_of_arn):
    # The emulator looks up tags only for a condition key; a policy variable needs them too.
    if service != "ssm":
        return {}
    return {f"aws:resourcetag/{key}".lower(): value for key, value in (tags_of_arn(check.resource) or {}).items()}
