"""What one RunInstances request asks for: the request laid over its launch template, checked as EC2 checks it."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from .query import Ec2Error, records, strings

_TAGGABLE = ("instance", "volume", "network-interface", "spot-instances-request")
# Instance tags that the metadata service serves may only use these characters:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html
_IMDS_KEY = re.compile(r"[0-9a-zA-Z\-_+=,.@:]{1,255}\Z")
_USER_DATA_LIMIT = 16384


@dataclass(frozen=True)
class Launch:
    count: int
    image_id: str
    image_parameter: str | None
    instance_type: str
    subnet_id: str
    vpc_id: str
    zone: str
    group_ids: list
    user_data: str
    profile_arn: str | None
    profile_id: str | None
    role_arn: str | None
    metadata: dict
    shutdown_behavior: str
    block_devices: list
    tags: dict
    spot: bool
    key_name: str
    template_id: str | None
    template_version: int | None
    client_token: str
    template_resources: frozenset = field(default_factory=frozenset)

    @property
    def root_device(self):
        return self.block_devices[0] if self.block_devices else {}

    @property
    def encrypted(self):
        return bool(self.root_device.get("Encrypted", False))

    @property
    def volume_type(self):
        return str(self.root_device.get("VolumeType", "gp3"))


def plan(request, account):
    """The launch, or an Ec2Error that says what is wrong with the request. `account` looks things up."""
    template = account.launch_template(request.get("LaunchTemplate")) if request.get("LaunchTemplate") else None
    base = template.data if template else {}
    interface = _primary_interface(request, base)
    subnet = account.subnet(request.get("SubnetId") or interface.get("SubnetId"))
    parameter, image_id = account.image(request.get("ImageId") or base.get("ImageId"))
    profile = account.instance_profile(request.get("IamInstanceProfile") or base.get("IamInstanceProfile"))
    metadata = {**(base.get("MetadataOptions") or {}), **_dict(request.get("MetadataOptions"))}
    spot = _spot(request, base)
    tags = _tags(request, base, spot)
    _check_imds_tags(metadata, tags.get("instance", []))
    return Launch(
        count=_count(request),
        image_id=image_id,
        image_parameter=parameter,
        instance_type=account.instance_type(request.get("InstanceType") or base.get("InstanceType")),
        subnet_id=subnet["SubnetId"],
        vpc_id=subnet["VpcId"],
        zone=subnet["AvailabilityZone"],
        group_ids=account.groups(
            strings(request.get("SecurityGroupId")) or interface.get("Groups") or base.get("SecurityGroupIds") or [],
            subnet["VpcId"],
        ),
        user_data=_user_data(request.get("UserData") or base.get("UserData") or ""),
        profile_arn=profile and profile["arn"],
        profile_id=profile and profile["id"],
        role_arn=profile and profile["role_arn"],
        metadata=metadata,
        shutdown_behavior=_shutdown(request, base),
        block_devices=_block_devices(request, base),
        tags=tags,
        spot=spot,
        key_name=request.get("KeyName") or base.get("KeyName") or "",
        template_id=template and template.id,
        template_version=template and template.version,
        client_token=_client_token(request),
        template_resources=_from_template(request, base),
    )


def _dict(value):
    return value if isinstance(value, dict) else {}


def _count(request):
    try:
        least, most = int(request["MinCount"]), int(request["MaxCount"])
    except (KeyError, ValueError):
        raise Ec2Error("MissingParameter", "The request must contain the parameters MinCount and MaxCount") from None
    if not 1 <= least <= most:
        raise Ec2Error(
            "InvalidParameterValue", f"Value ({least}) for parameter minCount must be between 1 and maxCount ({most})"
        )
    return most


def _client_token(request):
    token = request.get("ClientToken") or ""
    if len(token) > 64 or not token.isascii():
        raise Ec2Error("InvalidParameterValue", "The parameter ClientToken may hold at most 64 ASCII characters")
    return token


def _primary_interface(request, base):
    asked = records(request.get("NetworkInterface"))
    if asked and (request.get("SubnetId") or request.get("SecurityGroupId")):
        raise Ec2Error(
            "InvalidParameterCombination",
            "Network interfaces and an instance-level subnet ID or security "
            "groups may not be specified on the same request",
        )
    if asked:
        return {"SubnetId": asked[0].get("SubnetId"), "Groups": strings(asked[0].get("SecurityGroupId"))}
    inherited = (base.get("NetworkInterfaces") or [{}])[0]
    if inherited and (request.get("SubnetId") or request.get("SecurityGroupId")):
        # The trap that keeps interfaces out of our launch template: a tenant's group could not be given then.
        raise Ec2Error(
            "InvalidParameterCombination",
            "Network interfaces in the launch template and an instance-level "
            "subnet ID or security groups may not be specified on the same request",
        )
    return inherited


def _user_data(encoded):
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Ec2Error("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from None
    if len(raw) > _USER_DATA_LIMIT:
        raise Ec2Error("InvalidParameterValue", f"User data is limited to {_USER_DATA_LIMIT} bytes")
    return encoded


def _shutdown(request, base):
    behaviour = (
        request.get("InstanceInitiatedShutdownBehavior") or base.get("InstanceInitiatedShutdownBehavior") or "stop"
    )
    if behaviour not in ("stop", "terminate"):
        raise Ec2Error(
            "InvalidParameterValue", f"Value ({behaviour}) for parameter instanceInitiatedShutdownBehavior is invalid"
        )
    return behaviour


def _spot(request, base):
    market = _dict(request.get("InstanceMarketOptions")) or _dict(base.get("InstanceMarketOptions"))
    kind = market.get("MarketType")
    if kind not in (None, "", "spot"):
        raise Ec2Error("InvalidParameterValue", f"Value ({kind}) for parameter marketType is invalid")
    return kind == "spot"


def _block_devices(request, base):
    """Device settings by name: the request's mapping replaces the template's of the same device."""
    devices = {}
    for mapping in [*(base.get("BlockDeviceMappings") or []), *records(request.get("BlockDeviceMapping"))]:
        ebs = {key: _scalar(value) for key, value in _dict(mapping.get("Ebs")).items()}
        name = mapping.get("DeviceName", "/dev/xvda")
        devices[name] = {**devices.get(name, {}), **ebs, "DeviceName": name}
    return list(devices.values()) or [{"DeviceName": "/dev/xvda", "VolumeSize": 8, "VolumeType": "gp3"}]


def _scalar(value):
    return {"true": True, "false": False}.get(value, int(value) if str(value).isdigit() else value)


def _tags(request, base, spot):
    """Tags by kind of resource. The request's list for a kind replaces the template's: the stricter reading, so that
    nothing here works only because two lists were merged."""
    found = {}
    for specification in base.get("TagSpecifications") or []:
        found[specification.get("ResourceType", "")] = list(specification.get("Tags") or [])
    asked = records(request.get("TagSpecification"))
    for specification in asked:
        kind = specification.get("ResourceType", "")
        if kind not in _TAGGABLE or (kind == "spot-instances-request" and not spot):
            raise Ec2Error(
                "InvalidParameterValue", f"'{kind}' is not a valid taggable resource type for this operation."
            )
        found[kind] = [
            {"Key": tag.get("Key", ""), "Value": tag.get("Value", "")} for tag in records(specification.get("Tag"))
        ]
    for tags in found.values():
        check_tags(tags)
    return {kind: tags for kind, tags in found.items() if kind in _TAGGABLE}


def check_tags(tags):
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) != len(keys):
        raise Ec2Error("InvalidParameterValue", "Duplicate tag keys are not allowed on a resource")
    if len(tags) > 50:
        raise Ec2Error("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    for tag in tags:
        if not 1 <= len(tag["Key"]) <= 127 or len(tag.get("Value", "")) > 256:
            raise Ec2Error("InvalidParameterValue", f"The tag '{tag['Key']}' is too long or has no key")
        if tag["Key"].lower().startswith("aws:"):
            raise Ec2Error("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")


def _check_imds_tags(metadata, tags):
    if metadata.get("InstanceMetadataTags") != "enabled":
        return
    for tag in tags:
        if not _IMDS_KEY.match(tag["Key"]) or tag["Key"] in (".", "..", "_index"):
            raise Ec2Error(
                "InvalidParameterValue",
                f"'{tag['Key']}' is not a valid tag key. Tag keys must match pattern "
                "([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')",
            )


def _from_template(request, base):
    """The kinds of resources that come from the template unchanged (condition key ec2:IsLaunchTemplateResource)."""
    members = {
        "image": "ImageId",
        "instance": "InstanceType",
        "security-group": "SecurityGroupIds",
        "key-pair": "KeyName",
    }
    asked = {"image": "ImageId", "instance": "InstanceType", "security-group": "SecurityGroupId", "key-pair": "KeyName"}
    return frozenset(kind for kind, member in members.items() if base.get(member) and not request.get(asked[kind]))
