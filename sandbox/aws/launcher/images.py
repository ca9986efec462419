"""Images of containers are folders: `image.json` has the names of the image and the command of its process.

They lie beside the launcher, or come from a repository of ECR.
"""

import hashlib
import json
import pathlib
import sys
import types

from .registry import parts_of

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "images"


class ImageNotFound(Exception):
    """No folder has this name."""


def install_errors():
    """The emulator asks for the errors of docker's package, which is not installed."""
    errors = types.ModuleType("docker.errors")
    errors.ImageNotFound = ImageNotFound
    package = sys.modules.setdefault("docker", types.ModuleType("docker"))
    package.errors = sys.modules["docker.errors"] = errors


class Image:
    def __init__(self, folder, digest=None):
        described = json.loads((folder / "image.json").read_text(encoding="utf-8"))
        self.names, self.command = described.get("names", []), described["command"]
        self.folder, self.environment = folder / described.get("directory", "."), described.get("env", {})
        content = b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())
        self.id = digest or f"sha256:{hashlib.sha256(content).hexdigest()}"

    def tag(self, _repository, **_options):
        return True


class Images:
    """As much of a registry as the emulator's scheduler asks for."""

    def __init__(self, folder=FOLDER, unpacked=None):
        self._folder, self._unpacked = folder, unpacked

    def get(self, name):
        if parts_of(name):
            return self._pushed(name)
        repository, _, digest = name.partition("@")
        if ":" in repository.rsplit("/", 1)[-1]:
            repository = repository.rsplit(":", 1)[0]
        for path in sorted(self._folder.glob("*/image.json")):
            image = Image(path.parent)
            if repository in image.names and digest in ("", image.id):
                return image
        raise ImageNotFound(f"The sandbox has no image {name}.")

    def _pushed(self, name):
        digest = self._unpacked.digest(name) if self._unpacked else None
        if digest is None:
            raise ImageNotFound(f"CannotPullContainerError: {name}: not found")
        return Image(self._unpacked.folder(name), digest)

    def pull(self, name, **_options):
        return self.get(name)

    def get_registry_data(self, name, **_options):
        return self.get(name)
