"""As much of docker as a build in the sandbox needs: build, tag, login, push, inspect.

An image is a folder with `image.json`, which has the command of its process; in a registry it is one layer. RUN lines
run on this machine: they are for the sandbox's own samples.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
STORE = pathlib.Path(os.environ["HOME"]) / ".sandbox-docker"


def fail(text):
    print(text, file=sys.stderr)
    sys.exit(1)


class Names:
    """Which folder has which name, and who is logged in where."""

    def __init__(self):
        self._file = STORE / "names.json"
        STORE.mkdir(mode=0o700, exist_ok=True)
        self.known = json.loads(self._file.read_text()) if self._file.exists() else {"images": {}, "logins": {}}

    def save(self):
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(self.known))

    def folder(self, name):
        found = self.known["images"].get(name)
        if found is None:
            fail(f"An image does not exist locally with the tag: {name}")
        return pathlib.Path(found)


def split(name):
    """(registry, repository, tag) of a name."""
    registry, _, rest = name.partition("/")
    repository, _, tag = rest.partition(":")
    return registry, repository, tag or "latest"


def is_ecr(name):
    return ".dkr.ecr." in name.partition("/")[0]


def client(names, registry):
    """ECR, as whoever logged in: the password of a registry stands for the one who asked for it."""
    import botocore.session

    keys = names.known["logins"].get(registry)
    if keys is None:
        fail("no basic auth credentials")
    return botocore.session.get_session().create_client(
        "ecr",
        region_name=registry.split(".")[3],
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        aws_session_token=keys[2] or None,
    )


def build(names, arguments):
    context = pathlib.Path(arguments.folder)
    recipe = pathlib.Path(arguments.file or context / "Dockerfile")
    if not recipe.is_file():
        fail(f"failed to read dockerfile: open {recipe.name}: no such file or directory")
    root = pathlib.Path(tempfile.mkdtemp(dir=STORE))
    image = {"command": [], "directory": ".", "env": {}}
    values = dict(one.partition("=")[::2] for one in arguments.build_arg)
    for word, rest in instructions(recipe.read_text(encoding="utf-8")):
        print(f"{word} {rest}", flush=True)
        step(names, (context, root), image, word, rest, values)
    (root / "image.json").write_text(json.dumps(image))
    for name in arguments.tag:
        names.known["images"][name] = str(root)


def instructions(text):
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


def step(names, folders, image, word, rest, values):
    context, root = folders
    inside = root / image["directory"]
    match word:
        case "FROM":
            base = rest.split()[0]
            if is_ecr(base):
                pull(names, base, root)
        case "WORKDIR":
            image["directory"] = rest.strip("/") or "."
            (root / image["directory"]).mkdir(parents=True, exist_ok=True)
        case "COPY":
            *sources, target = shlex.split(rest)
            place = root / target.lstrip("/") if target.startswith("/") else inside / target
            for source in sources:
                copy(context / source, place, len(sources) > 1 or target.endswith(("/", ".")))
        case "RUN":
            environment = {"PATH": os.environ["PATH"], "HOME": str(root), **image["env"], **values}
            if code := subprocess.run(rest, shell=True, cwd=inside, env=environment).returncode:
                fail(f'process "/bin/sh -c {rest}" did not complete successfully: exit code: {code}')
        case "ENV":
            image["env"].update(one.partition("=")[::2] for one in shlex.split(rest))
        case "ARG":
            name, _, value = rest.partition("=")
            values.setdefault(name, value)
        case "CMD" | "ENTRYPOINT":
            image["command"] = json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]
        case "EXPOSE" | "LABEL" | "USER":
            pass
        case _:
            fail(f"dockerfile parse error: unknown instruction: {word}")


def copy(source, target, into):
    if not source.exists():
        fail(f'failed to calculate checksum: "{source.name}": not found')
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
        return
    place = target / source.name if into or target.is_dir() else target
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)


def pull(names, name, root):
    registry, repository, tag = split(name)
    ecr = client(names, registry)
    try:
        found = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}])["images"]
        if not found:
            fail(f"{name}: not found")
        for layer in json.loads(found[0]["imageManifest"])["layers"]:
            ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=layer["digest"])
            url = f"{os.environ['AWS_ENDPOINT_URL']}/v2/{repository}/blobs/{layer['digest']}"
            with (
                urllib.request.urlopen(url) as response,
                tarfile.open(fileobj=io.BytesIO(response.read())) as archive,
            ):
                archive.extractall(root, filter="data")
    except ecr.exceptions.ClientError as error:
        fail(f"pull access denied for {name}: {error}")


def push(names, name):
    registry, repository, tag = split(name)
    ecr = client(names, registry)
    layer, config = packed(names.folder(name)), json.dumps({"architecture": "amd64", "os": "linux"}).encode()
    try:
        described = [described_blob(ecr, repository, blob) for blob in (config, layer)]
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, **described[0]},
            "layers": [{"mediaType": _LAYER, **described[1]}],
        }
        text = json.dumps(manifest)
        put = {"repositoryName": repository, "imageManifest": text, "imageManifestMediaType": _MANIFEST}
        ecr.put_image(**put, imageTag=tag)
    except ecr.exceptions.ImageAlreadyExistsException:
        pass
    except ecr.exceptions.ClientError as error:
        fail(f"denied: {error}")
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    names.known.setdefault("digests", {})[name] = f"{registry}/{repository}@{digest}"
    print(f"{tag}: digest: {digest} size: {len(text)}")


def described_blob(ecr, repository, content):
    """Uploads it where the registry lacks it."""
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    known = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])["layers"]
    if not known:
        upload = ecr.initiate_layer_upload(repositoryName=repository)
        size = upload["partSize"]
        for first in range(0, len(content), size):
            part = content[first : first + size]
            ecr.upload_layer_part(
                repositoryName=repository,
                uploadId=upload["uploadId"],
                partFirstByte=first,
                partLastByte=first + len(part) - 1,
                layerPartBlob=part,
            )
        ecr.complete_layer_upload(repositoryName=repository, uploadId=upload["uploadId"], layerDigests=[digest])
    return {"size": len(content), "digest": digest}


def packed(folder):
    """The same files are the same bytes."""
    target = io.BytesIO()

    def plain(member):
        member.uid = member.gid = member.mtime = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(fileobj=target, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.add(path, str(path.relative_to(folder)), recursive=False, filter=plain)
    return gzip.compress(target.getvalue(), mtime=0)


def login(names, arguments):
    if not sys.stdin.read().strip():
        fail("Error: Cannot perform an interactive login from a non TTY device")
    names.known["logins"][arguments.registry] = [os.environ.get(key, "") for key in _KEYS]
    print("Login Succeeded")


def main():
    parser = argparse.ArgumentParser(prog="docker")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build")
    building.add_argument("-t", "--tag", action="append", default=[])
    building.add_argument("-f", "--file")
    building.add_argument("--build-arg", action="append", default=[])
    building.add_argument("--platform", "--provenance", default=None)
    building.add_argument("folder")
    tagging = commands.add_parser("tag")
    tagging.add_argument("source")
    tagging.add_argument("target")
    pushing = commands.add_parser("push")
    pushing.add_argument("name")
    entering = commands.add_parser("login")
    entering.add_argument("-u", "--username")
    entering.add_argument("--password-stdin", action="store_true")
    entering.add_argument("registry")
    looking = commands.add_parser("inspect")
    looking.add_argument("-f", "--format")
    looking.add_argument("name")
    arguments = parser.parse_args()
    names = Names()
    match arguments.command:
        case "build":
            build(names, arguments)
        case "tag":
            names.known["images"][arguments.target] = str(names.folder(arguments.source))
        case "push":
            push(names, arguments.name)
        case "login":
            login(names, arguments)
        case "inspect":
            print(names.known.get("digests", {}).get(arguments.name) or fail(f"No such object: {arguments.name}"))
    names.save()


main()
