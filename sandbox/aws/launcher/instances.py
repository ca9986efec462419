"""The EC2 instance calls, which replace the emulator's own."""

import base64
import re

from . import filters as filtering
from .launch import plan
from .query import Ec2Error, answer, page, strings

_INSTANCE_ID = re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})\Z")


class InstanceCalls:
    def __init__(self, ec2, account, machines, tags_of):
        self._ec2, self._account, self._machines, self._tags_of = ec2, account, machines, tags_of

    def handlers(self):
        return {
            "RunInstances": self.run_instances,
            "DescribeInstances": self.describe_instances,
            "TerminateInstances": self.terminate_instances,
            "ModifyInstanceAttribute": self.modify_instance_attribute,
            "ModifyNetworkInterfaceAttribute": self.modify_network_interface_attribute,
            "DescribeInstanceAttribute": self.describe_instance_attribute,
            "GetConsoleOutput": self.get_console_output,
            "DescribeLaunchTemplateVersions": self.describe_launch_template_versions,
        }

    def run_instances(self, request, _params, _original):
        launch = plan(request, self._account)
        scope = (self._ec2.get_account_id(), self._ec2.get_region())
        reservation_id, machines = self._machines.launch(launch, request, scope)
        return answer("RunInstances", self._reservation(reservation_id, machines))

    def describe_instances(self, request, _params, _original):
        self._machines.forget_old()
        wanted, filters = strings(request.get("InstanceId")), filtering.read(request)
        self._known_instances(wanted)
        if wanted and request.get("MaxResults"):
            raise Ec2Error(
                "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults"
            )
        filtering.check_known(filters, self._filterable({}))
        found = [
            machine
            for machine in self._machines.all()
            if (not wanted or machine["InstanceId"] in wanted)
            and self._machines.is_shown(machine)
            and filtering.matches(filters, self._filterable(machine), self._tags_of(machine["InstanceId"]))
        ]
        shown, following = page(found, request)
        reservations = [self._reservation(machine["ReservationId"], [machine]) for machine in shown]
        return answer("DescribeInstances", {"reservationSet": reservations, "nextToken": following})

    def terminate_instances(self, request, _params, _original):
        wanted = strings(request.get("InstanceId"))
        if not wanted:
            raise Ec2Error("MissingParameter", "The request must contain the parameter InstanceId")
        self._known_instances(wanted)
        machines = {instance_id: self._machines.find(instance_id) for instance_id in wanted}
        protected = [one for one, machine in machines.items() if machine.get("DisableApiTermination")]
        shut = {_zone(machines[one]) for one in protected}
        changes = []
        for instance_id, machine in machines.items():
            if _zone(machine) in shut:
                continue
            before, after = self._machines.end(instance_id)
            changes.append({"instanceId": instance_id, "currentState": _state(after), "previousState": _state(before)})
        if protected:
            # The call fails, and of its machines only those in other zones than a protected one end.
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
            raise Ec2Error(
                "OperationNotPermitted",
                f"The instance '{protected[0]}' may not be terminated. "
                "Modify its 'disableApiTermination' instance attribute and try again.",
            )
        return answer("TerminateInstances", {"instancesSet": changes})

    def modify_instance_attribute(self, request, _params, _original):
        """Termination protection; the other attributes are nobody's here."""
        instance_id = request.get("InstanceId") or ""
        self._known_instances([instance_id])
        value = (request.get("DisableApiTermination") or {}).get("Value")
        if value not in ("true", "false"):
            raise Ec2Error("InvalidParameterCombination", "No attributes specified.")
        self._machines.find(instance_id)["DisableApiTermination"] = value == "true"
        return answer("ModifyInstanceAttribute", {"return": "true"})

    def modify_network_interface_attribute(self, request, _params, original):
        """The groups of a machine's interface, all of them replaced; the emulator knows the other attributes.
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html"""
        wanted = strings(request.get("SecurityGroupId"))
        if not wanted:
            return original()
        interface_id = request.get("NetworkInterfaceId", "")
        machine = next((one for one in self._machines.all() if one.get("InterfaceId") == interface_id), None)
        if machine is None:
            raise Ec2Error(
                "InvalidNetworkInterfaceID.NotFound", f"The networkInterface ID '{interface_id}' does not exist"
            )
        groups = [
            {"GroupId": one, "GroupName": self._account.group_name(one)}
            for one in self._account.groups(wanted, machine["VpcId"])
        ]
        machine["SecurityGroups"] = groups
        self._ec2._network_interfaces[interface_id]["Groups"] = groups
        return answer("ModifyNetworkInterfaceAttribute", {"return": "true"})

    def get_console_output(self, request, _params, _original):
        """Machines here have no console, so it says so.
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html"""
        instance_id = request.get("InstanceId", "")
        self._known_instances([instance_id])
        text = f"{instance_id} is a process of the sandbox and has no console\r\n"
        content = {"instanceId": instance_id, "output": base64.b64encode(text.encode()).decode()}
        return answer("GetConsoleOutput", content)

    def describe_instance_attribute(self, request, _params, original):
        """User data as EC2 keeps it, in base64; the emulator answers for the other attributes.
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html"""
        if request.get("Attribute") != "userData":
            return original()
        instance_id = request.get("InstanceId", "")
        self._known_instances([instance_id])
        encoded = self._machines.find(instance_id).get("UserData") or ""
        content = {"instanceId": instance_id, "userData": {"value": encoded} if encoded else {}}
        return answer("DescribeInstanceAttribute", content)

    def describe_launch_template_versions(self, request, _params, original):
        """EC2 refuses an unknown template or version instead of listing none:
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
        for version in strings(request.get("LaunchTemplateVersion")):
            self._account.launch_template({**request, "Version": version})
        return original()

    def _known_instances(self, wanted):
        """One bad id fails the call for all of them, before anything changes."""
        for instance_id in wanted:
            if not _INSTANCE_ID.match(instance_id):
                raise Ec2Error("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
        found = {one: self._machines.find(one) for one in wanted}
        missing = [one for one, machine in found.items() if machine is None or not self._machines.is_shown(machine)]
        if missing:
            several = len(missing) > 1
            raise Ec2Error(
                "InvalidInstanceID.NotFound",
                f"The instance ID{'s' if several else ''} '{', '.join(missing)}' do{'' if several else 'es'} not exist",
            )

    def _reservation(self, reservation_id, machines):
        return {
            "reservationId": reservation_id,
            "ownerId": self._ec2.get_account_id(),
            "groupSet": [],
            "instancesSet": [self._instance(machine) for machine in machines],
        }

    def _instance(self, machine):
        groups = [{"groupId": group["GroupId"], "groupName": group["GroupName"]} for group in machine["SecurityGroups"]]
        tags = [{"key": key, "value": value} for key, value in self._tags_of(machine["InstanceId"]).items()]
        metadata, profile = machine.get("MetadataOptions") or {}, machine.get("IamInstanceProfile")
        ended = machine["State"]["Name"] == "terminated"
        interface = {
            "networkInterfaceId": machine.get("InterfaceId"),
            "subnetId": machine["SubnetId"],
            "vpcId": machine["VpcId"],
            "status": "in-use",
            "groupSet": groups,
            "privateIpAddress": machine["PrivateIpAddress"],
        }
        return {
            "instanceId": machine["InstanceId"],
            "imageId": machine["ImageId"],
            "instanceState": _state(machine["State"]),
            "privateDnsName": machine["PrivateDnsName"],
            "dnsName": "",
            "reason": "",
            "amiLaunchIndex": machine["AmiLaunchIndex"],
            "instanceType": machine["InstanceType"],
            "launchTime": machine["LaunchTime"],
            "placement": {"availabilityZone": machine["Placement"]["AvailabilityZone"], "tenancy": "default"},
            "monitoring": {"state": "disabled"},
            "subnetId": None if ended else machine["SubnetId"],
            "vpcId": None if ended else machine["VpcId"],
            "privateIpAddress": None if ended else machine["PrivateIpAddress"],
            "groupSet": groups,
            "stateReason": machine.get("StateReason"),
            "architecture": "x86_64",
            "rootDeviceType": "ebs",
            "rootDeviceName": machine["RootDeviceName"],
            "blockDeviceMapping": [
                {
                    "deviceName": one["DeviceName"],
                    "ebs": {
                        "volumeId": one["Ebs"]["VolumeId"],
                        "status": "attached",
                        "attachTime": one["Ebs"]["AttachTime"],
                        "deleteOnTermination": one["Ebs"]["DeleteOnTermination"],
                    },
                }
                for one in self._machines.disks(machine)
            ],
            "virtualizationType": "hvm",
            "clientToken": machine.get("ClientToken", ""),
            "tagSet": tags,
            "hypervisor": "xen",
            "networkInterfaceSet": [] if ended else [interface],
            "iamInstanceProfile": {"arn": profile["Arn"], "id": profile["Id"]} if profile else None,
            "instanceLifecycle": "spot" if machine.get("SpotRequestId") else None,
            "spotInstanceRequestId": machine.get("SpotRequestId"),
            "metadataOptions": {
                "state": "applied",
                "httpTokens": metadata.get("HttpTokens", "optional"),
                "httpPutResponseHopLimit": metadata.get("HttpPutResponseHopLimit", 1),
                "httpEndpoint": metadata.get("HttpEndpoint", "enabled"),
                "instanceMetadataTags": metadata.get("InstanceMetadataTags", "disabled"),
            },
        }

    @staticmethod
    def _filterable(machine):
        get = machine.get
        return {
            "instance-id": lambda: get("InstanceId"),
            "instance-type": lambda: get("InstanceType"),
            "instance-state-name": lambda: machine["State"]["Name"],
            "instance-state-code": lambda: machine["State"]["Code"],
            "image-id": lambda: get("ImageId"),
            "client-token": lambda: get("ClientToken"),
            "subnet-id": lambda: get("SubnetId"),
            "vpc-id": lambda: get("VpcId"),
            "availability-zone": lambda: machine["Placement"]["AvailabilityZone"],
            "private-ip-address": lambda: get("PrivateIpAddress"),
            "reservation-id": lambda: get("ReservationId"),
            "instance.group-id": lambda: [group["GroupId"] for group in machine["SecurityGroups"]],
            "instance.group-name": lambda: [group["GroupName"] for group in machine["SecurityGroups"]],
            "iam-instance-profile.arn": lambda: (get("IamInstanceProfile") or {}).get("Arn"),
            "instance-lifecycle": lambda: "spot" if get("SpotRequestId") else None,
            "launch-time": lambda: get("LaunchTime"),
            "key-name": lambda: get("KeyName"),
            "network-interface.group-id": lambda: [group["GroupId"] for group in machine["SecurityGroups"]],
        }


def user_data(machine):
    return base64.b64decode(machine.get("UserData") or "").decode("utf-8", errors="replace")


def _state(state):
    return {"code": state["Code"], "name": state["Name"]}


def _zone(machine):
    return machine["Placement"]["AvailabilityZone"]
