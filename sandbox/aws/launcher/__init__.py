"""The AWS side of the sandbox: the PyPI emulator ministack, with the gaps closed that matter to this project."""
