"""Which IAM checks one EC2 call needs: AWS judges every resource a call touches, and the tags it creates, on its own.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from dataclasses import dataclass, field

from .query import nest, records, strings

_PREFIXES = {
    "i": "instance",
    "vol": "volume",
    "eni": "network-interface",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "lt": "launch-template",
    "ami": "image",
    "snap": "snapshot",
    "key": "key-pair",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "sir": "spot-instances-request",
}
_INSTANCE_CALLS = {
    "TerminateInstances",
    "StopInstances",
    "StartInstances",
    "RebootInstances",
    "ModifyInstanceAttribute",
}
_GROUP_CALLS = {
    "DeleteSecurityGroup",
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
}


@dataclass(frozen=True)
class Check:
    action: str
    resource: str
    context: dict = field(default_factory=dict)


class World:
    """The account's state for the checks: its owner, and the existing tags and groups."""

    def __init__(self, account, region, tags_of, launch_of, parameter_arn, owner_of=lambda name: None):
        self.account, self.region = account, region
        self.owner_of = owner_of  # id of a subnet or VPC -> the account that shares it, or None
        self.tags_of = tags_of  # resource id -> {key: value}
        self.launch_of = launch_of  # RunInstances request -> the effective launch, or None when it is invalid
        self.parameter_arn = parameter_arn  # public parameter name -> ARN

    def arn(self, kind, name):
        # A shared subnet's ARN has the account of its owner, and so has its VPC's.
        # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing-service-behavior.html
        owner = "" if kind == "image" else (kind in ("subnet", "vpc") and self.owner_of(name)) or self.account
        return f"arn:aws:ec2:{self.region}:{owner}:{kind}/{name}"


def checks(operation, params, world):
    """Every check the call must pass, or None when the emulator's own single check is right."""
    request = nest(params)
    if operation.startswith("Describe"):
        return [Check(f"ec2:{operation}", "*", {"ec2:region": world.region})]
    if operation == "RunInstances":
        return _run_instances(request, world)
    if operation in _INSTANCE_CALLS:
        return [_existing(f"ec2:{operation}", "instance", name, world) for name in strings(request.get("InstanceId"))]
    if operation in _GROUP_CALLS and request.get("GroupId"):
        return [_existing(f"ec2:{operation}", "security-group", request["GroupId"], world)]
    if operation == "ModifyNetworkInterfaceAttribute":
        touched = [("network-interface", request.get("NetworkInterfaceId", ""))]
        touched += [("security-group", name) for name in strings(request.get("SecurityGroupId"))]
        return [_existing(f"ec2:{operation}", kind, name, world) for kind, name in touched]
    if operation == "CreateSecurityGroup":
        return _create_security_group(request, world)
    if operation in ("CreateTags", "DeleteTags"):
        context = request_tags(records(request.get("Tag")))
        return [
            _existing(f"ec2:{operation}", kind_of(name), name, world, context)
            for name in strings(request.get("ResourceId"))
        ]
    return None


def kind_of(resource_id):
    return _PREFIXES.get(resource_id.split("-", 1)[0], "*")


def request_tags(tags):
    if not tags:
        return {}
    context = {f"aws:requesttag/{tag.get('Key', '')}".lower(): tag.get("Value", "") for tag in tags}
    context["aws:tagkeys"] = [tag.get("Key", "") for tag in tags]
    return context


def resource_context(resource_id, world):
    context = {"ec2:region": world.region}
    for key, value in world.tags_of(resource_id).items():
        context[f"aws:resourcetag/{key}".lower()] = value
        context[f"ec2:resourcetag/{key}".lower()] = value
    return context


def _existing(action, kind, name, world, context=None):
    own = {"ec2:instanceid": name} if kind == "instance" else {}
    return Check(action, world.arn(kind, name), {**resource_context(name, world), **own, **(context or {})})


def _tags_by_kind(specifications):
    found = {}
    for specification in records(specifications):
        found.setdefault(specification.get("ResourceType", ""), []).extend(records(specification.get("Tag")))
    return found


def _create_tags(kind, tags, created_by, world):
    context = {**request_tags(tags), "ec2:createaction": created_by, "ec2:region": world.region}
    return Check("ec2:CreateTags", world.arn(kind, "*"), context)


def _create_security_group(request, world):
    tags = _tags_by_kind(request.get("TagSpecification")).get("security-group", [])
    vpc = request.get("VpcId")
    vpc_key = {"ec2:vpc": world.arn("vpc", vpc)} if vpc else {}
    found = [
        Check(
            "ec2:CreateSecurityGroup",
            world.arn("security-group", "*"),
            {**request_tags(tags), **vpc_key, "ec2:region": world.region},
        )
    ]
    if vpc:
        found.append(_existing("ec2:CreateSecurityGroup", "vpc", vpc, world))
    if tags:
        found.append(_create_tags("security-group", tags, "CreateSecurityGroup", world))
    return found


def _run_instances(request, world):
    launch = world.launch_of(request)
    if launch is None:
        # AWS authorises before it validates, but an invalid launch has no resources to check.
        return [Check("ec2:RunInstances", world.arn("instance", "*"), {"ec2:region": world.region})]
    asked = _tags_by_kind(request.get("TagSpecification"))
    template = {"ec2:launchtemplate": world.arn("launch-template", launch.template_id)} if launch.template_id else {}

    def check(kind, name, **keys):
        from_template = {"ec2:islaunchtemplateresource": str(kind in launch.template_resources).lower()}
        return Check(
            "ec2:RunInstances",
            world.arn(kind, name),
            {
                **resource_context(name, world),
                **request_tags(asked.get(kind, [])),
                **template,
                **(from_template if template else {}),
                **keys,
            },
        )

    placed = {"ec2:subnet": world.arn("subnet", launch.subnet_id), "ec2:vpc": world.arn("vpc", launch.vpc_id)}
    found = [
        check("image", launch.image_id),
        check("instance", "*", **_instance_keys(launch)),
        check("network-interface", "*", **placed),
        check("subnet", launch.subnet_id, **{"ec2:vpc": placed["ec2:vpc"]}),
        check("volume", "*", **{"ec2:encrypted": str(launch.encrypted).lower(), "ec2:volumetype": launch.volume_type}),
    ]
    found += [check("security-group", group, **{"ec2:vpc": placed["ec2:vpc"]}) for group in launch.group_ids]
    if launch.template_id:
        found.append(check("launch-template", launch.template_id))
    if launch.key_name:
        found.append(check("key-pair", launch.key_name))
    if launch.spot:
        found.append(check("spot-instances-request", "*"))
    found += [_create_tags(kind, tags, "RunInstances", world) for kind, tags in launch.tags.items() if tags]
    if launch.role_arn:
        found.append(
            Check(
                "iam:PassRole",
                launch.role_arn,
                {"iam:passedtoservice": "ec2.amazonaws.com", "iam:associatedresourcearn": world.arn("instance", "*")},
            )
        )
    if launch.image_parameter:
        found.append(Check("ssm:GetParameters", world.parameter_arn(launch.image_parameter)))
    return found


def _instance_keys(launch):
    keys = {
        "ec2:instancetype": launch.instance_type,
        "ec2:instancemarkettype": "spot" if launch.spot else "on-demand",
        "ec2:tenancy": "default",
        "ec2:metadatahttptokens": launch.metadata.get("HttpTokens", "optional"),
        "ec2:metadatahttpendpoint": launch.metadata.get("HttpEndpoint", "enabled"),
        "ec2:metadatahttpputresponsehoplimit": str(launch.metadata.get("HttpPutResponseHopLimit", 1)),
    }
    if launch.profile_arn:
        keys["ec2:instanceprofile"] = launch.profile_arn
    return keys
