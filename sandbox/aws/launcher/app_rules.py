"""On what AWS authorises the calls that apps need, where the emulator takes another resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html and those of
ECR, CloudWatch, CloudWatch Logs, CodeBuild and Elastic Load Balancing v2
"""

from .ec2_checks import Check

_TAGGED = {"CreateTargetGroup": "targetgroup", "CreateRule": "listener-rule"}


def checks(service, operation, request, arn, tags_of=lambda arn: {}, role_of=lambda name: {}):
    """The checks of a call, or None for the emulator's own. `arn(service, rest)`: of this account and Region."""
    if service == "ecs":
        return _of_ecs(operation, request["body"], arn)
    if service == "ecr" and operation == "DescribeRepositories" and request["body"].get("repositoryNames"):
        names = request["body"]["repositoryNames"]
        return [Check(f"ecr:{operation}", arn("ecr", f"repository/{name}")) for name in names]
    if service == "logs" and operation == "DescribeLogGroups":
        return [Check(f"logs:{operation}", arn("logs", "log-group::log-stream:"))]
    if service == "codebuild" and operation == "BatchGetBuilds":
        projects = sorted({one.rpartition("/")[2].partition(":")[0] for one in request["body"].get("ids", [])})
        return [Check(f"codebuild:{operation}", arn("codebuild", f"project/{name}")) for name in projects]
    if service == "elasticloadbalancing":
        return _of_balancing(operation, request["params"], arn, tags_of)
    if service in ("monitoring", "cloudwatch"):
        return _of_alarms(operation, request["body"], arn)
    if service == "iam":
        return _of_roles(operation, request["params"], arn, role_of)
    return None


def _of_alarms(operation, body, arn):
    """An alarm is authorised by its name; without one, all of them."""
    if operation not in ("PutMetricAlarm", "DeleteAlarms", "DescribeAlarms") or not body:
        return None
    names = [body["AlarmName"]] if operation == "PutMetricAlarm" else body.get("AlarmNames") or ["*"]
    found = [Check(f"cloudwatch:{operation}", arn("cloudwatch", f"alarm:{name}")) for name in names]
    if body.get("Tags"):
        found.append(Check("cloudwatch:TagResource", found[0].resource))
    return found


def _of_roles(operation, params, arn, role_of):
    """What is done to a role is authorised at it, and a policy of it by the boundary that it has.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """
    name = _first(params, "RoleName")
    if name is None or operation not in ("CreateRole", "GetRole", "PutRolePolicy", "DeleteRolePolicy", "DeleteRole"):
        return None
    role = role_of(name) or {}
    path = role.get("Path") or _first(params, "Path") or "/"
    boundary = role.get("PermissionsBoundary") or _first(params, "PermissionsBoundary")
    context = {"iam:permissionsboundary": boundary} if boundary else {}
    # IAM's ARNs name no Region.
    parts = arn("iam", f"role{path}{name}").split(":")
    resource = ":".join([*parts[:3], "", *parts[4:]]) if len(parts) > 4 else ":".join(parts)
    found = [Check(f"iam:{operation}", resource, context)]
    if operation == "CreateRole" and _tags(params):
        found.append(Check("iam:TagRole", found[0].resource))
    return found


def _of_ecs(operation, body, arn):
    action, cluster = f"ecs:{operation}", str(body.get("cluster", "default")).rpartition("/")[2]

    def service(name):
        return arn("ecs", f"service/{cluster}/{name.rpartition('/')[2]}")

    if operation in ("CreateService", "UpdateService", "DeleteService"):
        found = [Check(action, service(body.get("serviceName") or body.get("service") or ""))]
    elif operation == "DescribeServices":
        found = [Check(action, service(name)) for name in body.get("services") or []]
    elif operation == "RegisterTaskDefinition":
        found = [Check(action, arn("ecs", f"task-definition/{body.get('family')}:*"))]
        passed = {"iam:passedtoservice": "ecs-tasks.amazonaws.com"}
        roles = [body[key] for key in ("executionRoleArn", "taskRoleArn") if body.get(key)]
        found += [Check("iam:PassRole", role, passed) for role in roles]
    elif operation == "DeleteTaskDefinitions":
        named = [name.rpartition("/")[2] for name in body.get("taskDefinitions") or []]
        found = [Check(action, arn("ecs", f"task-definition/{name}")) for name in named]
    elif operation in ("DescribeTaskDefinition", "ListTaskDefinitions", "DeregisterTaskDefinition"):
        found = [Check(action, "*")]
    else:
        return None
    if body.get("tags"):
        found.append(Check("ecs:TagResource", found[0].resource, {"ecs:createaction": operation}))
    return found


def _of_balancing(operation, params, arn, tags_of):
    action = f"elasticloadbalancing:{operation}"
    if operation.startswith("Describe"):
        return [Check(action, "*")]
    if operation not in _TAGGED:
        named = next((_first(params, key) for key in ("RuleArn", "TargetGroupArn") if _first(params, key)), None)
        if named is None:
            return None
        tags = {f"aws:resourcetag/{key}".lower(): value for key, value in tags_of(named).items()}
        return [Check(action, named, tags)]
    asked = _tags(params)
    context = {f"aws:requesttag/{key}".lower(): value for key, value in asked.items()}
    if operation == "CreateRule":
        listener = _first(params, "ListenerArn") or "*"
        made = listener.replace(":listener/", ":listener-rule/") + "/0f0f0f0f0f0f0f0f"
        found = [Check(action, listener, context)]
    else:
        made = arn("elasticloadbalancing", f"targetgroup/{_first(params, 'Name')}/0f0f0f0f0f0f0f0f")
        found = [Check(action, made, context)]
    if asked:
        found.append(
            Check("elasticloadbalancing:AddTags", made, {"elasticloadbalancing:createaction": operation, **context})
        )
    return found


def _first(params, name):
    value = params.get(name)
    return value[0] if isinstance(value, list) else value


def _tags(params):
    found, number = {}, 1
    while key := _first(params, f"Tags.member.{number}.Key"):
        found[key] = _first(params, f"Tags.member.{number}.Value") or ""
        number += 1
    return found
