"""Machines and their life: launched once per client token, pending to running to shutting-down to terminated."""

import hashlib
import json
import secrets
import time

from .query import Ec2Error

CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
# EC2 shows a terminated machine for about an hour.
_REMEMBERED = 3600
_BOOT_SECONDS, _END_SECONDS = 0.2, 0.7
# EC2 shows a new machine some time after the answer to the call that started it, and its disk later still; how long is
# nowhere written. https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
# https://github.com/hashicorp/packer/pull/9480
_SHOWN_SECONDS, _DISK_SECONDS = 0.1, 0.4
_SPOT_ROLE = "AWSServiceRoleForEC2Spot"


def _id(prefix):
    return f"{prefix}-{secrets.token_hex(9)[:17]}"


def timestamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


class Machines:
    """Kept in the emulator's own stores, so that tags, volumes, interfaces and IAM see them as any other resource."""

    def __init__(self, ec2, account, later, on_state, now=time.time):
        self._ec2, self._account, self._later, self._on_state, self._now = ec2, account, later, on_state, now
        self._tokens = {}
        # Of the next launch: how many machines there is capacity for. It gets as many, if that is what it asks for at
        # least. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
        self.room = None

    def all(self):
        return self._ec2._instances.values()

    def find(self, instance_id):
        return self._ec2._instances.get(instance_id)

    def is_shown(self, machine):
        return self._now() - machine["LaunchedAt"] >= _SHOWN_SECONDS

    def disks(self, machine):
        return machine["BlockDeviceMappings"] if self._now() - machine["LaunchedAt"] >= _DISK_SECONDS else []

    def launch(self, launch, request, scope):
        """The reservation's machines. The same token in the same zone with the same request is the same launch."""
        if launch.spot and not self._account.role_exists(_SPOT_ROLE):
            raise Ec2Error(
                "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
                "The provided credentials do not have "
                "permission to create the service-linked role for EC2 Spot Instances.",
                403,
            )
        key = (*scope, launch.zone, launch.client_token)
        fingerprint = _fingerprint(request)
        if launch.client_token and key in self._tokens:
            remembered, reservation_id, ids = self._tokens[key]
            if remembered != fingerprint:
                raise Ec2Error(
                    "IdempotentParameterMismatch",
                    "The client token you have provided is associated with a "
                    "resource that has different parameters than those in this request.",
                )
            return reservation_id, [self._ec2._instances[one] for one in ids if one in self._ec2._instances]
        reservation_id = _id("r")
        count = min(launch.count, self.room or launch.count)
        self.room = None
        machines = [self._create(launch, reservation_id, index) for index in range(count)]
        if launch.client_token:
            self._tokens[key] = (fingerprint, reservation_id, [one["InstanceId"] for one in machines])
        return reservation_id, machines

    def _create(self, launch, reservation_id, index):
        now = self._now()
        instance_id, interface_id = _id("i"), _id("eni")
        groups = [{"GroupId": one, "GroupName": self._account.group_name(one)} for one in launch.group_ids]
        address = f"10.0.{secrets.randbelow(250) + 1}.{secrets.randbelow(250) + 4}"
        machine = {
            "InstanceId": instance_id,
            "ImageId": launch.image_id,
            "InstanceType": launch.instance_type,
            "KeyName": launch.key_name,
            "State": {"Code": CODES["pending"], "Name": "pending"},
            "SubnetId": launch.subnet_id,
            "VpcId": launch.vpc_id,
            "PrivateIpAddress": address,
            "PublicIpAddress": "",
            "PrivateDnsName": f"ip-{address.replace('.', '-')}.ec2.internal",
            "PublicDnsName": "",
            "SourceDestCheck": True,
            "SecurityGroups": groups,
            "Architecture": "x86_64",
            "RootDeviceType": "ebs",
            "RootDeviceName": launch.root_device.get("DeviceName", "/dev/xvda"),
            "Hypervisor": "xen",
            "Virtualization": "hvm",
            "Placement": {"AvailabilityZone": launch.zone, "Tenancy": "default"},
            "Monitoring": {"State": "disabled"},
            "AmiLaunchIndex": index,
            "UserData": launch.user_data,
            "LaunchTime": timestamp(now),
            "BlockDeviceMappings": [],
            "ClientToken": launch.client_token,
            "IamInstanceProfile": {"Arn": launch.profile_arn, "Id": launch.profile_id} if launch.profile_arn else None,
            "MetadataOptions": dict(launch.metadata),
            "ShutdownBehavior": launch.shutdown_behavior,
            "ReservationId": reservation_id,
            "InterfaceId": interface_id,
            "StateReason": None,
            "LaunchedAt": now,
            "SpotRequestId": _id("sir") if launch.spot else None,
        }
        self._ec2._instances[instance_id] = machine
        self._tag(instance_id, launch.tags.get("instance"))
        self._interface(machine, interface_id, groups, launch)
        for device in launch.block_devices:
            self._volume(machine, device, launch)
        if machine["IamInstanceProfile"]:
            self._ec2._upsert_iam_instance_profile_association(instance_id, machine["IamInstanceProfile"])
        self._on_state(instance_id, "pending")
        self._later(_BOOT_SECONDS, self._enter, instance_id, "running", ("pending",))
        return machine

    def _tag(self, resource_id, tags):
        if tags:
            self._ec2._tags[resource_id] = [dict(tag) for tag in tags]

    def _interface(self, machine, interface_id, groups, launch):
        self._ec2._network_interfaces[interface_id] = {
            "NetworkInterfaceId": interface_id,
            "SubnetId": machine["SubnetId"],
            "VpcId": machine["VpcId"],
            "AvailabilityZone": launch.zone,
            "Description": "",
            "OwnerId": self._ec2.get_account_id(),
            "Status": "in-use",
            "PrivateIpAddress": machine["PrivateIpAddress"],
            "InterfaceType": "interface",
            "SourceDestCheck": True,
            "MacAddress": ":".join(["02", *(f"{secrets.randbelow(256):02x}" for _ in range(5))]),
            "Groups": groups,
            "Attachment": {
                "AttachmentId": _id("eni-attach"),
                "InstanceId": machine["InstanceId"],
                "DeviceIndex": 0,
                "Status": "attached",
                "AttachTime": machine["LaunchTime"],
            },
        }
        self._tag(interface_id, launch.tags.get("network-interface"))

    def _volume(self, machine, device, launch):
        volume_id, attached = _id("vol"), machine["LaunchTime"]
        name, ends = device["DeviceName"], device.get("DeleteOnTermination", True)
        self._ec2._volumes[volume_id] = {
            "VolumeId": volume_id,
            "Size": device.get("VolumeSize", 8),
            "AvailabilityZone": launch.zone,
            "State": "in-use",
            "VolumeType": device.get("VolumeType", "gp3"),
            "SnapshotId": "",
            "Iops": device.get("Iops", 3000),
            "Encrypted": bool(device.get("Encrypted", False)),
            "CreateTime": attached,
            "MultiAttachEnabled": False,
            "Throughput": device.get("Throughput", 125),
            "Attachments": [
                {
                    "VolumeId": volume_id,
                    "InstanceId": machine["InstanceId"],
                    "Device": name,
                    "State": "attached",
                    "AttachTime": attached,
                    "DeleteOnTermination": ends,
                }
            ],
        }
        machine["BlockDeviceMappings"].append(
            {
                "DeviceName": name,
                "Ebs": {
                    "VolumeId": volume_id,
                    "Status": "attached",
                    "AttachTime": attached,
                    "DeleteOnTermination": ends,
                },
            }
        )
        self._tag(volume_id, launch.tags.get("volume"))

    def end(self, instance_id, reason="Client.UserInitiatedShutdown"):
        """(state before, state after) of a terminate call on one machine."""
        machine = self._ec2._instances[instance_id]
        before = dict(machine["State"])
        if before["Name"] not in ("shutting-down", "terminated"):
            machine["StateReason"] = {"code": reason, "message": f"{reason}: ended by request"}
            self._enter(instance_id, "shutting-down", (before["Name"],))
            self._later(_END_SECONDS, self._enter, instance_id, "terminated", ("shutting-down",))
        return before, dict(machine["State"])

    def shut_down(self, instance_id):
        """`shutdown -h now` on the machine itself."""
        machine = self._ec2._instances[instance_id]
        if machine["ShutdownBehavior"] == "terminate":
            return self.end(instance_id, "Client.InstanceInitiatedShutdown")
        before = dict(machine["State"])
        if before["Name"] in ("pending", "running"):
            self._enter(instance_id, "stopping", (before["Name"],))
            self._later(_END_SECONDS, self._enter, instance_id, "stopped", ("stopping",))
        return before, dict(machine["State"])

    def _enter(self, instance_id, state, only_from):
        machine = self._ec2._instances.get(instance_id)
        if machine is None or machine["State"]["Name"] not in only_from:
            return
        machine["State"] = {"Code": CODES[state], "Name": state}
        if state == "terminated":
            self._release(machine)
        self._on_state(instance_id, state)

    def _release(self, machine):
        """Deletes a machine's interface and its delete-on-termination volumes."""
        machine["_terminated_at"] = self._now()
        self._drop(self._ec2._network_interfaces, machine["InterfaceId"])
        for mapping in machine["BlockDeviceMappings"]:
            if mapping["Ebs"]["DeleteOnTermination"]:
                self._drop(self._ec2._volumes, mapping["Ebs"]["VolumeId"])
        machine["BlockDeviceMappings"], machine["SecurityGroups"] = [], []
        association = self._ec2._find_active_iam_instance_profile_association(machine["InstanceId"])
        if association:
            profile = machine["IamInstanceProfile"]
            self._ec2._mark_iam_instance_profile_association_disassociated(association)
            machine["IamInstanceProfile"] = profile

    def _drop(self, store, resource_id):
        store.pop(resource_id, None)
        self._ec2._tags.pop(resource_id, None)

    def forget_old(self):
        for machine in self.all():
            if self._now() - machine.get("_terminated_at", self._now()) > _REMEMBERED:
                self.forget(machine["InstanceId"])

    def forget(self, instance_id):
        """With its tags: a permission by tag ends too."""
        self._drop(self._ec2._instances, instance_id)


def _fingerprint(request):
    ignored = {"ClientToken", "Action", "Version"}
    relevant = {key: value for key, value in request.items() if key not in ignored}
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()
