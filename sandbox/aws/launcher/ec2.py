"""The EC2 calls that replace the emulator's own, put into its table of actions."""

import base64
import re

from . import filters as filtering
from .launch import plan
from .query import Ec2Error, answer, nest, refusal, strings

_INSTANCE_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})\Z")


class Ec2Calls:
    def __init__(self, ec2, account, machines):
        self._ec2, self._account, self._machines = ec2, account, machines

    def install(self):
        for operation in ("RunInstances", "DescribeInstances", "TerminateInstances", "DescribeSecurityGroups",
                          "DeleteSecurityGroup", "CreateSecurityGroup"):
            self._ec2._ACTION_MAP[operation] = self._handler(operation)

    def _handler(self, operation):
        ours, original = getattr(self, _snake(operation)), self._ec2._ACTION_MAP[operation]

        def handle(params):
            try:
                return ours(nest(params), lambda: original(params))
            except Ec2Error as error:
                return refusal(error)

        return handle

    def tags_of(self, resource_id):
        return {tag["Key"]: tag.get("Value", "") for tag in self._ec2._tags.get(resource_id) or []}

    def run_instances(self, request, _original):
        launch = plan(request, self._account)
        scope = (self._ec2.get_account_id(), self._ec2.get_region())
        reservation_id, machines = self._machines.launch(launch, request, scope)
        return answer("RunInstances", self._reservation(reservation_id, machines))

    def describe_instances(self, request, _original):
        self._machines.forget_old()
        wanted, filters = strings(request.get("InstanceId")), filtering.read(request)
        self._known_instances(wanted)
        if wanted and request.get("MaxResults"):
            raise Ec2Error("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
        filtering.check_known(filters, self._filterable({}))
        found = [machine for machine in self._machines.all()
                 if (not wanted or machine["InstanceId"] in wanted)
                 and filtering.matches(filters, self._filterable(machine), self.tags_of(machine["InstanceId"]))]
        page, following = _page(found, request)
        reservations = [self._reservation(machine["ReservationId"], [machine]) for machine in page]
        return answer("DescribeInstances", {"reservationSet": reservations, "nextToken": following})

    def terminate_instances(self, request, _original):
        wanted = strings(request.get("InstanceId"))
        if not wanted:
            raise Ec2Error("MissingParameter", "The request must contain the parameter InstanceId")
        self._known_instances(wanted)
        changes = []
        for instance_id in dict.fromkeys(wanted):
            before, after = self._machines.end(instance_id)
            changes.append({"instanceId": instance_id, "currentState": _state(after), "previousState": _state(before)})
        return answer("TerminateInstances", {"instancesSet": changes})

    def _known_instances(self, wanted):
        """One bad id fails the call for all of them, before anything changes."""
        for instance_id in wanted:
            if not _INSTANCE_ID.match(instance_id):
                raise Ec2Error("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
        missing = [one for one in wanted if self._machines.find(one) is None]
        if missing:
            several = len(missing) > 1
            raise Ec2Error("InvalidInstanceID.NotFound", f"The instance ID{'s' if several else ''} '{', '.join(missing)}' "
                           f"do{'' if several else 'es'} not exist")

    def create_security_group(self, request, original):
        if not request.get("GroupDescription"):
            raise Ec2Error("MissingParameter", "The request must contain the parameter GroupDescription")
        if request.get("VpcId") and request["VpcId"] not in self._ec2._vpcs:
            raise Ec2Error("InvalidVpcID.NotFound", f"The vpc ID '{request['VpcId']}' does not exist")
        return original()

    def delete_security_group(self, request, original):
        group_id = request.get("GroupId")
        interfaces = [one for one in self._ec2._network_interfaces.values()
                      if any(group["GroupId"] == group_id for group in one.get("Groups", []))]
        referring = [group["GroupId"] for group in self._ec2._security_groups.values() if group["GroupId"] != group_id
                     and any(pair.get("GroupId") == group_id for rule in group["IpPermissions"] + group["IpPermissionsEgress"]
                             for pair in rule.get("UserIdGroupPairs", []) if isinstance(pair, dict))]
        if interfaces or referring:
            raise Ec2Error("DependencyViolation", f"resource {group_id} has a dependent object")
        response = original()
        if response[0] == 200:
            self._ec2._tags.pop(group_id, None)
        return response

    def describe_security_groups(self, request, _original):
        filters = filtering.read(request)
        filtering.check_known(filters, _group_filters({}))
        wanted, names = strings(request.get("GroupId")), strings(request.get("GroupName"))
        for group_id in wanted:
            if group_id not in self._ec2._security_groups:
                raise Ec2Error("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        found = [group for group in self._ec2._security_groups.values()
                 if (not wanted or group["GroupId"] in wanted) and (not names or group["GroupName"] in names)
                 and filtering.matches(filters, _group_filters(group), self.tags_of(group["GroupId"]))]
        page, following = _page(found, request)
        content = "".join(self._ec2._sg_xml(group) for group in page)
        token = f"<nextToken>{following}</nextToken>" if following else ""
        return self._ec2._xml(200, "DescribeSecurityGroupsResponse", f"<securityGroupInfo>{content}</securityGroupInfo>{token}")

    def _reservation(self, reservation_id, machines):
        return {"reservationId": reservation_id, "ownerId": self._ec2.get_account_id(), "groupSet": [],
                "instancesSet": [self._instance(machine) for machine in machines]}

    def _instance(self, machine):
        groups = [{"groupId": group["GroupId"], "groupName": group["GroupName"]} for group in machine["SecurityGroups"]]
        tags = [{"key": key, "value": value} for key, value in self.tags_of(machine["InstanceId"]).items()]
        metadata, profile = machine.get("MetadataOptions") or {}, machine.get("IamInstanceProfile")
        ended = machine["State"]["Name"] == "terminated"
        interface = {"networkInterfaceId": machine.get("InterfaceId"), "subnetId": machine["SubnetId"],
                     "vpcId": machine["VpcId"], "status": "in-use", "groupSet": groups,
                     "privateIpAddress": machine["PrivateIpAddress"]}
        return {
            "instanceId": machine["InstanceId"], "imageId": machine["ImageId"], "instanceState": _state(machine["State"]),
            "privateDnsName": machine["PrivateDnsName"], "dnsName": "", "reason": "", "amiLaunchIndex": machine["AmiLaunchIndex"],
            "instanceType": machine["InstanceType"], "launchTime": machine["LaunchTime"],
            "placement": {"availabilityZone": machine["Placement"]["AvailabilityZone"], "tenancy": "default"},
            "monitoring": {"state": "disabled"}, "subnetId": None if ended else machine["SubnetId"],
            "vpcId": None if ended else machine["VpcId"], "privateIpAddress": None if ended else machine["PrivateIpAddress"],
            "groupSet": groups, "stateReason": machine.get("StateReason"), "architecture": "x86_64",
            "rootDeviceType": "ebs", "rootDeviceName": machine["RootDeviceName"],
            "blockDeviceMapping": [{"deviceName": one["DeviceName"], "ebs": {
                "volumeId": one["Ebs"]["VolumeId"], "status": "attached", "attachTime": one["Ebs"]["AttachTime"],
                "deleteOnTermination": one["Ebs"]["DeleteOnTermination"]}} for one in machine["BlockDeviceMappings"]],
            "virtualizationType": "hvm", "clientToken": machine.get("ClientToken", ""), "tagSet": tags, "hypervisor": "xen",
            "networkInterfaceSet": [] if ended else [interface],
            "iamInstanceProfile": {"arn": profile["Arn"], "id": profile["Id"]} if profile else None,
            "instanceLifecycle": "spot" if machine.get("SpotRequestId") else None,
            "spotInstanceRequestId": machine.get("SpotRequestId"),
            "metadataOptions": {"state": "applied", "httpTokens": metadata.get("HttpTokens", "optional"),
                                "httpPutResponseHopLimit": metadata.get("HttpPutResponseHopLimit", 1),
                                "httpEndpoint": metadata.get("HttpEndpoint", "enabled"),
                                "instanceMetadataTags": metadata.get("InstanceMetadataTags", "disabled")},
        }

    @staticmethod
    def _filterable(machine):
        get = machine.get
        return {
            "instance-id": lambda: get("InstanceId"), "instance-type": lambda: get("InstanceType"),
            "instance-state-name": lambda: machine["State"]["Name"], "instance-state-code": lambda: machine["State"]["Code"],
            "image-id": lambda: get("ImageId"), "client-token": lambda: get("ClientToken"),
            "subnet-id": lambda: get("SubnetId"), "vpc-id": lambda: get("VpcId"),
            "availability-zone": lambda: machine["Placement"]["AvailabilityZone"],
            "private-ip-address": lambda: get("PrivateIpAddress"), "reservation-id": lambda: get("ReservationId"),
            "instance.group-id": lambda: [group["GroupId"] for group in machine["SecurityGroups"]],
            "instance.group-name": lambda: [group["GroupName"] for group in machine["SecurityGroups"]],
            "iam-instance-profile.arn": lambda: (get("IamInstanceProfile") or {}).get("Arn"),
            "instance-lifecycle": lambda: "spot" if get("SpotRequestId") else None,
            "launch-time": lambda: get("LaunchTime"), "key-name": lambda: get("KeyName"),
            "network-interface.group-id": lambda: [group["GroupId"] for group in machine["SecurityGroups"]],
        }


def user_data(machine):
    return base64.b64decode(machine.get("UserData") or "").decode("utf-8", errors="replace")


def _group_filters(group):
    get = group.get
    return {
        "group-id": lambda: get("GroupId"), "group-name": lambda: get("GroupName"), "vpc-id": lambda: get("VpcId"),
        "description": lambda: get("Description"), "owner-id": lambda: get("OwnerId"),
        "ip-permission.cidr": lambda: [one["CidrIp"] for rule in group["IpPermissions"] for one in rule.get("IpRanges", [])],
        "egress.ip-permission.cidr": lambda: [one["CidrIp"] for rule in group["IpPermissionsEgress"]
                                              for one in rule.get("IpRanges", [])],
    }


def _page(found, request):
    """A page and the token of the next one; the token is simply the offset."""
    size = request.get("MaxResults")
    if not size:
        return found, None
    if not str(size).isdigit() or not 5 <= int(size) <= 1000:
        raise Ec2Error("InvalidParameterValue", f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.")
    token = request.get("NextToken") or "0"
    if not token.isdigit():
        raise Ec2Error("InvalidNextToken", "The token is not valid")
    start, end = int(token), int(token) + int(size)
    return found[start:end], str(end) if end < len(found) else None


def _state(state):
    return {"code": state["Code"], "name": state["Name"]}


def _snake(operation):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
