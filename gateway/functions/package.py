"""A function's code: files by their paths, kept on disk under their hash.

A package is a mapping of relative paths, with `/`, to contents. Its hash names the
directory it is unpacked into, once and for good, so code never changes under a
process that runs it (reference: auth.md section 10.4).
"""

import hashlib
import io
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

Files = Mapping[str, bytes]
Fill = Callable[[Path], None]

# In bytes; the documented limit of an upload in the console is 40 MB.
MAX_ZIP = 40 << 20
MAX_UNPACKED = 300 << 20
MAX_FILES = 10_000
MAX_PATH = 512
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20


class PackageError(ValueError):
    """What is wrong with a package, in words for the person who made it."""


class Store:
    """Unpacked packages and installed dependencies, each in `<root>/<kind>/<hash>`.

    Written by the console, read by gateways and the children they start.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def code(self, code_hash: str) -> Path:
        return self.root / "code" / code_hash

    def dependencies(self, dependencies_hash: str) -> Path:
        return self.root / "dependencies" / dependencies_hash

    def put(self, files: Files) -> str:
        """Unpack a package unless it is there; gives its hash."""
        found = code_hash(files)
        if not self.code(found).exists():
            place(lambda fresh: unpack(files, fresh), self.code(found))
        return found

    def prune(self, kind: str, keep: Collection[str], older_than: float) -> None:
        """Delete what is not to be kept and was made before a time (epoch s)."""
        folder = self.root / kind
        for path in folder.iterdir() if folder.exists() else ():
            if path.name not in keep and path.stat().st_mtime < older_than:
                shutil.rmtree(path)


def code_hash(files: Files) -> str:
    """Hex SHA-512 of all paths and contents."""
    digest = hashlib.sha512()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def place(fill: Fill, target: Path) -> None:
    """Fill a new directory, then move it to `target` in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        fill(fresh)
        fresh.chmod(0o755)
        fresh.rename(target)
    except OSError:
        # Another process was faster, and the same hash means the same content.
        if not target.exists():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def unpack(files: Files, folder: Path) -> None:
    """Write files under an existing folder; PackageError for a path outside it."""
    for path, content in files.items():
        check_path(path)
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def read_zip(archive: bytes) -> dict[str, bytes]:
    """The files of an uploaded archive; PackageError says why it is refused.

    Sizes are counted while reading: what an archive declares may be a lie.
    """
    if len(archive) > MAX_ZIP:
        raise PackageError(f"The archive is over {MAX_ZIP >> 20} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return _members(opened)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise PackageError(f"Not a readable ZIP archive: {error}.") from None
    except (RuntimeError, ValueError) as error:
        if isinstance(error, PackageError):
            raise
        raise PackageError(f"Not a readable ZIP archive: {error}.") from None


def write_zip(files: Files) -> bytes:
    """An archive of the files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def check_path(path: str) -> None:
    """PackageError unless a path is relative, plain and stays inside."""
    parts = path.split("/")
    if "\\" in path or "\0" in path or not path.isprintable():
        raise PackageError(f"File {path!r}: use printable characters and / only.")
    if len(path.encode("utf-8", "replace")) > MAX_PATH:
        raise PackageError(f"File {path[:40]}…: the path is over {MAX_PATH} bytes.")
    if any(part in ("", ".", "..") for part in parts) or ":" in parts[0]:
        raise PackageError(f"File {path!r}: the path leaves the function's code.")


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    room = MAX_UNPACKED
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise PackageError(f"The archive has over {MAX_FILES} files.")
    for entry in entries:
        path = entry.filename
        check_path(path)
        if path in files:
            raise PackageError(f"File {path!r} is in the archive twice.")
        _check_kind(entry)
        files[path] = _read(archive, entry, room)
        room -= len(files[path])
    _check_folders(files)
    return files


def _check_kind(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise PackageError(f"File {entry.filename!r} is a link or a device.")
    if entry.flag_bits & 1:
        raise PackageError(f"File {entry.filename!r} is encrypted.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    content = bytearray()
    with archive.open(entry) as file:
        while piece := file.read(_PIECE):
            content += piece
            if len(content) > room:
                raise PackageError(
                    f"Unpacked, the archive is over {MAX_UNPACKED >> 20} MB."
                )
    return bytes(content)


def _check_folders(files: Files) -> None:
    """No path may be a file here and a folder there."""
    for path in files:
        folder = os.path.dirname(path)
        while folder:
            if folder in files:
                raise PackageError(f"{folder!r} is a file and a folder.")
            folder = os.path.dirname(folder)
