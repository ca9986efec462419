"""The AWS side of the sandbox: the PyPI emulator ministack with the gaps closed that this project would notice."""
