"""A root directory that holds busybox and nothing else: no C library for others, no Python, no curl."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from .jobs import Machine

_APPLETS = ("sh", "cat", "chmod", "grep", "mkdir", "rm", "rmdir", "sha256sum", "sleep", "uname", "wget")
_ENTER = """
PATH=/usr/bin:/bin:/usr/sbin
mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" &&
exec chroot "$0" /bin/busybox sh -c 'PATH=/bin; cd "$CI_PROJECT_DIR" && exec sh'
"""


class BareRoot(Machine):
    """A machine whose jobs see only this root, the host's processes and its network."""

    def __post_init__(self) -> None:
        """Make the root; needs the privileges to mount and to change root."""
        for directory in (self.programs, self.project, self.root / "proc", self.root / "dev"):
            directory.mkdir(parents=True)
        self._copy_busybox(str(shutil.which("busybox")))
        (self.root / "etc").mkdir()
        (self.root / "etc" / "hosts").write_text("127.0.0.1 localhost\n")
        for applet in _APPLETS:
            (self.programs / applet).symlink_to("busybox")

    def _copy_busybox(self, found: str) -> None:
        """Copy busybox with the libraries that it needs, at a place where nothing else would look for them."""
        busybox = shutil.copy(found, self.programs)
        listed = subprocess.run(["ldd", found], capture_output=True, text=True, check=False).stdout
        private = self.root / "busybox"
        private.mkdir()
        for library in re.findall(r"(/\S+) \(0x", listed):
            shutil.copy(library, private)
            if "/ld-" in library:
                own = ["--set-interpreter", f"/busybox/{Path(library).name}", "--set-rpath", "/busybox"]
                subprocess.run(["patchelf", *own, busybox], check=True)

    @property
    def project(self) -> Path:
        """CI_PROJECT_DIR, as this machine sees it."""
        return self.root / "builds" / "project"

    def _places(self) -> dict[str, str]:
        return {"CI_PROJECT_DIR": "/builds/project", "HOME": "/", "PATH": "/bin"}

    def _command(self) -> list[str]:
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", _ENTER, str(self.root)]
