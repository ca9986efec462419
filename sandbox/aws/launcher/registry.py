"""What the emulator lacks of ECR: layers are kept and checked, and an image of them can be unpacked.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
"""

import base64
import hashlib
import io
import json
import os
import pathlib
import re
import tarfile
import threading
import time

from .events import aws_event

_NAME = re.compile(
    r"^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$"
)


def parts_of(name):
    """(account, region, repository, tag, digest) of an image in ECR, or None for another one."""
    found = _NAME.match(name)
    return found.groups() if found else None


def arn_of(account, region, repository):
    return f"arn:aws:ecr:{region}:{account}:repository/{repository}"


def digest_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blobs_of(manifest):
    """The digests that a manifest names: its configuration and its layers. None if it is no manifest."""
    try:
        parsed = json.loads(manifest)
        return [one["digest"] for one in (parsed["config"], *parsed["layers"])]
    except (ValueError, KeyError, TypeError):
        return None


class Unpacked:
    """Images as folders: the layers of each, one over the other."""

    def __init__(self, ecr, folder):
        self._ecr, self._folder, self._lock = ecr, pathlib.Path(folder), threading.Lock()

    def digest(self, name):
        """The digest of an image that the registry has, or None."""
        found = self._find(name)
        return found["imageDigest"] if found else None

    def folder(self, name):
        account, region, repository, _, _ = parts_of(name)
        image = self._find(name)
        target = self._folder / image["imageDigest"].replace(":", "-")
        with self._lock:
            if not target.exists():
                blobs = self._ecr._layer_blobs.get_scoped(account, region, repository) or {}
                partial = target.with_suffix(".partial")
                for layer in json.loads(image["imageManifest"])["layers"]:
                    with tarfile.open(fileobj=io.BytesIO(blobs[layer["digest"]])) as archive:
                        archive.extractall(partial, filter="data")
                os.replace(partial, target)
        return target

    def _find(self, name):
        account, region, repository, tag, digest = parts_of(name)
        images = self._ecr._images.get_scoped(account, region, repository) or []
        for one in images:
            if digest == one["imageDigest"] if digest else (tag or "latest") in one.get("imageTags", []):
                return one
        return None


def pushed(account, region, repository, image, now=time.time):
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html"""
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": image["imageDigest"],
        "action-type": "PUSH",
        **({"image-tag": image["imageTag"]} if image.get("imageTag") else {}),
    }
    return aws_event("aws.ecr", "ECR Image Action", detail, (account, region), now)


def install(ecr, emit):
    put, delete, describe = ecr._put_image, ecr._delete_repository, ecr._describe_images

    def missing(data):
        name = data.get("repositoryName", "")
        if name in ecr._repositories:
            return None
        return ecr.error_response_json(
            "RepositoryNotFoundException", f"The repository with name '{name}' does not exist", 400
        )

    def kept(data):
        return ecr._layer_blobs.setdefault(data["repositoryName"], {})

    def uploads(data):
        return ecr._uploads.setdefault(data["repositoryName"], {})

    def initiate(data):
        if problem := missing(data):
            return problem
        upload = ecr.new_uuid()
        uploads(data)[upload] = bytearray()
        return ecr.json_response({"uploadId": upload, "partSize": 10485760})

    def upload_part(data):
        if problem := missing(data):
            return problem
        found = uploads(data).get(data.get("uploadId"))
        if found is None:
            return ecr.error_response_json("UploadNotFoundException", "The upload could not be found.", 400)
        if data.get("partFirstByte") != len(found):
            return ecr.error_response_json("InvalidLayerPartException", "The parts are not in sequence.", 400)
        found.extend(base64.b64decode(data["layerPartBlob"]))
        return ecr.json_response(
            {
                "registryId": ecr.get_account_id(),
                "repositoryName": data["repositoryName"],
                "uploadId": data["uploadId"],
                "lastByteReceived": len(found) - 1,
            }
        )

    def complete(data):
        if problem := missing(data):
            return problem
        content = uploads(data).pop(data.get("uploadId"), None)
        if content is None:
            return ecr.error_response_json("UploadNotFoundException", "The upload could not be found.", 400)
        if not content:
            return ecr.error_response_json("EmptyUploadException", "The upload has no layer parts.", 400)
        digest = digest_of(bytes(content))
        if digest not in data.get("layerDigests", []):
            return ecr.error_response_json("InvalidLayerException", "The layer has another digest.", 400)
        if digest in kept(data):
            return ecr.error_response_json("LayerAlreadyExistsException", f"The layer {digest} exists already.", 400)
        kept(data)[digest] = bytes(content)
        return ecr.json_response(
            {
                "registryId": ecr.get_account_id(),
                "repositoryName": data["repositoryName"],
                "uploadId": data["uploadId"],
                "layerDigest": digest,
            }
        )

    def availability(data):
        if problem := missing(data):
            return problem
        return ecr.json_response(
            {
                "layers": [
                    {"layerDigest": one, "layerAvailability": "AVAILABLE", "layerSize": len(kept(data)[one])}
                    for one in data.get("layerDigests", [])
                    if one in kept(data)
                ],
                "failures": [
                    {"layerDigest": one, "failureCode": "MissingLayerDigest", "failureReason": "There is none."}
                    for one in data.get("layerDigests", [])
                    if one not in kept(data)
                ],
            }
        )

    def put_image(data):
        if problem := missing(data):
            return problem
        manifest = data.get("imageManifest", "")
        blobs = blobs_of(manifest)
        if blobs is None:
            return ecr.error_response_json("InvalidParameterException", "The manifest is not valid.", 400)
        if lost := [one for one in blobs if one not in kept(data)]:
            return ecr.error_response_json("LayersNotFoundException", f"There is no layer {', '.join(lost)}.", 400)
        digest, tag = digest_of(manifest.encode()), data.get("imageTag")
        if data.get("imageDigest", digest) != digest:
            return ecr.error_response_json("ImageDigestDoesNotMatchException", "The image has another digest.", 400)
        same = ecr._find_image(data["repositoryName"], {"imageDigest": digest})
        if same and (tag is None or tag in same.get("imageTags", [])):
            return ecr.error_response_json("ImageAlreadyExistsException", "The image exists already.", 400)
        response = put(data)
        if response[0] == 200:
            image = {"imageDigest": digest, "imageTag": tag}
            emit(pushed(ecr.get_account_id(), ecr.get_region(), data["repositoryName"], image))
        return response

    def describe_images(data):
        if problem := missing(data):
            return problem
        for one in data.get("imageIds") or []:
            if ecr._find_image(data["repositoryName"], one) is None:
                return ecr.error_response_json(
                    "ImageNotFoundException", f"The image with imageId {json.dumps(one)} does not exist.", 400
                )
        return describe(data)

    def delete_repository(data):
        response = delete(data)
        if response[0] == 200:
            ecr._layer_blobs.pop(data["repositoryName"], None)
            ecr._uploads.pop(data["repositoryName"], None)
        return response

    ecr._initiate_layer_upload, ecr._upload_layer_part = initiate, upload_part
    ecr._complete_layer_upload, ecr._batch_check_layer_availability = complete, availability
    ecr._put_image, ecr._delete_repository, ecr._describe_images = put_image, delete_repository, describe_images
