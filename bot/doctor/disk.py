"""What kind of disk a file is on, as far as Linux tells."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Mount", "mount_of"]


class Mount(NamedTuple):
    """A file system, and where it is mounted."""

    place: Path
    #: Such as ``ext4``, ``tmpfs``, ``overlay``, ``nfs4``.
    kind: str

    @property
    def is_gone_at_restart(self) -> bool:
        """It is in memory."""
        return self.kind in {"tmpfs", "ramfs", "rootfs"}

    @property
    def is_of_a_container(self) -> bool:
        """It is a layer that goes with its container."""
        return self.kind in {"overlay", "aufs", "overlayfs", "fuse-overlayfs"}

    @property
    def is_remote(self) -> bool:
        """Another machine's, where SQLite's write-ahead log does not work."""
        return self.kind in {
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "9p",
            "afs",
            "ceph",
            "glusterfs",
            "fuse.sshfs",
        }


def mount_of(path: Path, mounts: Path) -> Mount | None:
    """The file system that a path is on; ``None`` where nobody tells. Source: proc(5), ``mountinfo``."""
    try:
        lines = mounts.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    path = path.resolve()
    over = [mount for mount in _read(lines) if path.is_relative_to(mount.place)]
    # Of two at one place the later covers the earlier.
    return max(reversed(over), key=lambda mount: len(mount.place.parts), default=None)


def _read(lines: list[str]) -> Iterator[Mount]:
    for line in lines:
        mounted, _, source = line.partition(" - ")
        places, kinds = mounted.split(), source.split()
        if len(places) > 4 and kinds:
            place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), places[4])
            yield Mount(Path(place), kinds[0])
