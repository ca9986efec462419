"""Security groups rule by rule, as EC2 keeps them: the emulator compares whole permissions and lets a used group go."""

import ipaddress

from . import filters as filtering
from .query import Ec2Error, page, records, strings

_TARGETS = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId"),
    ("UserIdGroupPairs", "GroupId"),
)
_MAX_RULES = 60
_SIDES = {"Ingress": "IpPermissions", "Egress": "IpPermissionsEgress"}


def single_rules(permission):
    """The rules in a permission, one target each. Ports mean nothing where the protocol is all."""
    ports = (
        {}
        if permission.get("IpProtocol") == "-1"
        else {key: permission[key] for key in ("FromPort", "ToPort") if key in permission}
    )
    return [
        {
            "IpProtocol": permission.get("IpProtocol", "-1"),
            **ports,
            **{name: [] for name, _ in _TARGETS},
            kind: [target],
        }
        for kind, _ in _TARGETS
        for target in permission.get(kind) or []
    ]


def canonical(rule):
    """The rule in EC2's own spelling: no bits beyond the prefix, IPv6 short and in lower case.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    """
    return {
        **rule,
        **{
            kind: [
                {**target, key: str(ipaddress.ip_network(target[key], strict=False))} for target in rule.get(kind) or []
            ]
            for kind, key in _TARGETS
            if key.startswith("Cidr")
        },
    }


def identity(rule):
    """What makes two rules the same: not their descriptions."""
    kind, key = next((kind, key) for kind, key in _TARGETS if rule.get(kind))
    return rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), kind, rule[kind][0].get(key)


def merged(rules):
    """Rules gathered by protocol and ports, as DescribeSecurityGroups shows them."""
    found = {}
    for rule in rules:
        key = (rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"))
        known = found.setdefault(key, {**rule, **{name: [] for name, _ in _TARGETS}})
        for name, _ in _TARGETS:
            known[name] = known[name] + list(rule.get(name) or [])
    return list(found.values())


class GroupCalls:
    def __init__(self, ec2, tags_of):
        self._ec2, self._tags_of = ec2, tags_of

    def handlers(self):
        changes = {
            f"{verb}SecurityGroup{side}": self._change(verb, side)
            for verb in ("Authorize", "Revoke")
            for side in _SIDES
        }
        return {
            "CreateSecurityGroup": self.create,
            "DeleteSecurityGroup": self.delete,
            "DescribeSecurityGroups": self.describe,
            **changes,
        }

    def _group(self, group_id):
        group = self._ec2._security_groups.get(group_id)
        if group is None:
            raise Ec2Error("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        return group

    def create(self, request, _params, original):
        if not request.get("GroupDescription"):
            raise Ec2Error("MissingParameter", "The request must contain the parameter GroupDescription")
        if request.get("VpcId") and request["VpcId"] not in self._ec2._vpcs:
            raise Ec2Error("InvalidVpcID.NotFound", f"The vpc ID '{request['VpcId']}' does not exist")
        return original()

    def delete(self, request, _params, original):
        group_id = self._group(request.get("GroupId"))["GroupId"]
        in_use = any(
            one["GroupId"] == group_id
            for interface in self._ec2._network_interfaces.values()
            for one in interface.get("Groups", [])
        )
        referred = any(
            pair.get("GroupId") == group_id
            for group in self._ec2._security_groups.values()
            if group["GroupId"] != group_id
            for side in _SIDES.values()
            for rule in group[side]
            for pair in rule.get("UserIdGroupPairs", [])
            if isinstance(pair, dict)
        )
        if in_use or referred:
            raise Ec2Error("DependencyViolation", f"resource {group_id} has a dependent object")
        response = original()
        if response[0] == 200:
            self._ec2._tags.pop(group_id, None)
        return response

    def describe(self, request, _params, _original):
        filters = filtering.read(request)
        filtering.check_known(filters, _filterable({}))
        wanted, names = strings(request.get("GroupId")), strings(request.get("GroupName"))
        for group_id in wanted:
            self._group(group_id)
        found = [
            group
            for group in self._ec2._security_groups.values()
            if (not wanted or group["GroupId"] in wanted)
            and (not names or group["GroupName"] in names)
            and filtering.matches(filters, _filterable(group), self._tags_of(group["GroupId"]))
        ]
        shown, following = page(found, request)
        content = "".join(
            self._ec2._sg_xml({**group, **{side: merged(_singles(group[side])) for side in _SIDES.values()}})
            for group in shown
        )
        token = f"<nextToken>{following}</nextToken>" if following else ""
        return self._ec2._xml(
            200, "DescribeSecurityGroupsResponse", f"<securityGroupInfo>{content}</securityGroupInfo>{token}"
        )

    def _change(self, verb, side):
        def change(request, params, original):
            group = self._group(request.get("GroupId"))
            key = _SIDES[side]
            group[key] = _singles(group[key])
            if verb == "Revoke" and strings(request.get("SecurityGroupRuleId")):
                return original()
            asked = [canonical(rule) for rule in _singles(self._ec2._parse_ip_permissions(params, "IpPermissions"))]
            if not asked:
                raise Ec2Error("MissingParameter", "The request must contain the parameter ipPermissions")
            apply = self._authorize if verb == "Authorize" else self._revoke
            content = apply(group, key, asked, self._ec2._sg_rule_tag_specifications(params))
            return self._ec2._xml(200, f"{verb}SecurityGroup{side}Response", f"<return>true</return>{content}")

        return change

    def _authorize(self, group, key, asked, tags):
        present = {identity(rule) for rule in group[key]}
        for rule in asked:
            if identity(rule) in present:
                raise Ec2Error(
                    "InvalidPermission.Duplicate",
                    f'the specified rule "peer: {identity(rule)[-1]}, {rule["IpProtocol"]}, ALLOW" already exists',
                )
            present.add(identity(rule))
        if len(present) > _MAX_RULES:
            raise Ec2Error(
                "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."
            )
        group[key] = group[key] + asked
        is_egress = key == _SIDES["Egress"]
        if tags:
            for rule in asked:
                self._ec2._tags[self._ec2._sg_rule_id(group["GroupId"], is_egress, rule)] = list(tags)
        rules = "".join(self._ec2._sg_rule_xml(group["GroupId"], rule, is_egress=is_egress) for rule in asked)
        return f"<securityGroupRuleSet>{rules}</securityGroupRuleSet>"

    def _revoke(self, group, key, asked, _tags):
        present, gone = {identity(rule) for rule in group[key]}, {identity(rule) for rule in asked}
        if not gone <= present:
            # The answer for a VPC that is not the default one; nothing is revoked then.
            raise Ec2Error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        is_egress = key == _SIDES["Egress"]
        revoked = [rule for rule in group[key] if identity(rule) in gone]
        group[key] = [rule for rule in group[key] if identity(rule) not in gone]
        rules = "".join(self._ec2._revoked_sg_rule_xml(group["GroupId"], rule, is_egress=is_egress) for rule in revoked)
        return f"<revokedSecurityGroupRuleSet>{rules}</revokedSecurityGroupRuleSet>"


def _singles(permissions):
    return [rule for permission in permissions for rule in _kept_id(permission, single_rules(permission))]


def _kept_id(permission, rules):
    """A stored rule keeps its id when it is read again."""
    if permission.get("SecurityGroupRuleId") and len(rules) == 1:
        rules[0]["SecurityGroupRuleId"] = permission["SecurityGroupRuleId"]
    return rules


def _filterable(group):
    get = group.get

    def cidrs(side):
        return lambda: [one.get("CidrIp") for rule in group[side] for one in records(rule.get("IpRanges"))]

    return {
        "group-id": lambda: get("GroupId"),
        "group-name": lambda: get("GroupName"),
        "vpc-id": lambda: get("VpcId"),
        "description": lambda: get("Description"),
        "owner-id": lambda: get("OwnerId"),
        "ip-permission.cidr": cidrs("IpPermissions"),
        "egress.ip-permission.cidr": cidrs("IpPermissionsEgress"),
    }
