"""Look-ups in the emulator's stores that a launch needs, each refusing as EC2 refuses."""

import re
from collections import namedtuple

from .query import Ec2Error

Template = namedtuple("Template", "id version data")

_IMAGE = re.compile(r"ami-([0-9a-f]{8}|[0-9a-f]{17})\Z")
_PARAMETER_PREFIX = "resolve:ssm:"
_MAX_GROUPS = 5


class Account:
    """The stores of ministack's EC2, IAM and SSM modules, seen from the account and Region of the current request."""

    def __init__(self, ec2, iam, ssm, instance_types):
        self._ec2, self._iam, self._ssm, self._instance_types = ec2, iam, ssm, instance_types

    def launch_template(self, specification):
        wanted_id, name = specification.get("LaunchTemplateId"), specification.get("LaunchTemplateName")
        template = (
            self._ec2._launch_templates.get(wanted_id)
            if wanted_id
            else next((one for one in self._ec2._launch_templates.values() if one["LaunchTemplateName"] == name), None)
        )
        if template is None:
            code = "InvalidLaunchTemplateId.NotFound" if wanted_id else "InvalidLaunchTemplateName.NotFoundException"
            raise Ec2Error(code, f"The specified launch template, {wanted_id or name}, does not exist.")
        wanted = str(specification.get("Version") or "$Default")
        number = {"$Default": template["DefaultVersionNumber"], "$Latest": template["LatestVersionNumber"]}.get(
            wanted, wanted
        )
        version = next((one for one in template["Versions"] if str(one["VersionNumber"]) == str(number)), None)
        if version is None:
            raise Ec2Error(
                "InvalidLaunchTemplateId.VersionNotFound",
                f"Could not find the specified version {wanted} "
                f"for the launch template with ID {template['LaunchTemplateId']}.",
            )
        return Template(template["LaunchTemplateId"], version["VersionNumber"], version.get("LaunchTemplateData") or {})

    def subnet(self, subnet_id):
        if not subnet_id:
            raise Ec2Error("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
        subnet = self._ec2._subnets.get(subnet_id)
        if subnet is None:
            raise Ec2Error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
        return subnet

    def groups(self, group_ids, vpc_id):
        groups = group_ids or [self._default_group(vpc_id)]
        if len(groups) > _MAX_GROUPS:
            raise Ec2Error(
                "SecurityGroupsPerInterfaceLimitExceeded",
                "You have exceeded the maximum number of security groups allowed per network interface.",
            )
        for group_id in groups:
            group = self._ec2._security_groups.get(group_id)
            if group is None:
                raise Ec2Error("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
            if group["VpcId"] != vpc_id:
                raise Ec2Error(
                    "InvalidParameter", f"Security group {group_id} and the subnet belong to different networks."
                )
        return groups

    def group_name(self, group_id):
        return self._ec2._security_groups.get(group_id, {}).get("GroupName", group_id)

    def _default_group(self, vpc_id):
        return next(
            (
                group["GroupId"]
                for group in self._ec2._security_groups.values()
                if group["VpcId"] == vpc_id and group["GroupName"] == "default"
            ),
            self._ec2._DEFAULT_SG_ID,
        )

    def image(self, wanted):
        """(the public parameter that named the image or None, the image id)."""
        if not wanted:
            raise Ec2Error("MissingParameter", "The request must contain the parameter ImageId")
        if wanted.startswith(_PARAMETER_PREFIX):
            name = wanted.removeprefix(_PARAMETER_PREFIX)
            value = self._parameter(name)
            if value is None:
                raise Ec2Error(
                    "InvalidParameterValue", f"The SSM parameter {name} given as an image ID does not exist."
                )
            return name, value
        if not _IMAGE.match(wanted):
            raise Ec2Error("InvalidAMIID.Malformed", f'Invalid id: "{wanted}"')
        if not self._image_exists(wanted):
            raise Ec2Error("InvalidAMIID.NotFound", f"The image id '[{wanted}]' does not exist")
        return None, wanted

    def _parameter(self, name):
        found, _ = self._ssm._select_parameter(name)
        return (found.get("OriginalValue") or found.get("Value")) if found else None

    def _image_exists(self, image_id):
        return image_id in self._ec2._images or any(stub[0] == image_id for stub in self._ec2._STUB_AMIS)

    def instance_type(self, wanted):
        if wanted not in self._instance_types():
            raise Ec2Error("InvalidParameterValue", f"Invalid value '{wanted}' for InstanceType.")
        return wanted

    def instance_profile(self, wanted):
        if not isinstance(wanted, dict) or not (wanted.get("Arn") or wanted.get("Name")):
            return None
        profile = self._iam._lookup_instance_profile(name=wanted.get("Name") or "", arn=wanted.get("Arn") or "")
        if profile is None:
            member, value = ("name", wanted["Name"]) if wanted.get("Name") else ("arn", wanted["Arn"])
            raise Ec2Error(
                "InvalidParameterValue",
                f"Value ({value}) for parameter iamInstanceProfile.{member} is invalid. "
                f"Invalid IAM Instance Profile {member}",
            )
        roles = profile.get("Roles") or []
        if not roles:
            raise Ec2Error(
                "InvalidParameterValue", f'IAM Instance Profile "{profile["Arn"]}" has no associated IAM Roles'
            )
        role = roles[0]
        name = role.get("RoleName") if isinstance(role, dict) else role
        record = self._iam._roles.get(name) or {}
        return {
            "arn": profile["Arn"],
            "id": profile["InstanceProfileId"],
            "role_arn": record.get("Arn"),
            "role_name": name,
        }

    def role_name(self, profile_arn):
        profile = self._iam._lookup_instance_profile(arn=profile_arn) or {}
        role = (profile.get("Roles") or [None])[0]
        return role.get("RoleName") if isinstance(role, dict) else role

    def role_exists(self, name):
        return self._iam._roles.get(name) is not None
