"""Archives as systems hand them out: folders, and .zip files of which only the exports that are asked for are read."""

from __future__ import annotations

import lzma
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from netaudit.loading.files import File, refuse, regular

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import ExitStack

LARGEST = 2**30
"""Bytes of the exports of one archive when they are unpacked."""

MOST_PACKED = 100
"""Times that a file is larger than it lies in its archive: tables of text come to ten or twenty."""

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for archives that are cut off, altered, encrypted or packed in an unknown way."""


def is_archive(file: File) -> bool:
    """Whether this is a folder or a .zip file."""
    return file.path.is_dir() or file.path.suffix.casefold() == ".zip"


def names_in(file: File) -> list[str]:
    """What the files of an archive are called, without their folders. Raises InputError for what is no archive."""
    if file.path.is_dir():
        return [path.name for path in file.path.iterdir()]
    regular(file)
    try:
        with zipfile.ZipFile(file.path) as packed:
            return [_name(one) for one in packed.infolist()]
    except (*_BROKEN, OSError) as error:
        raise _refused(file, error) from None


def exports_in(file: File, names: Collection[str], copies: ExitStack) -> list[File]:
    """The files of an archive with one of these names in small letters, by name; those of a .zip as copies.

    Raises InputError for an archive without any, or one that cannot be unpacked, or unpacks to too much.
    """
    if file.path.is_dir():
        inside = [path for path in file.path.iterdir() if path.name.casefold() in names]
        return [File(path, str(path)) for path in sorted(inside)]
    regular(file)
    try:
        with zipfile.ZipFile(file.path) as packed:
            wanted = [one for one in packed.infolist() if _name(one).casefold() in names]
            if any(one.file_size > MOST_PACKED * max(one.compress_size, 1 << 14) for one in wanted):
                raise refuse(file.label, "F003", f"is packed more than {MOST_PACKED} times", "unpack it first")
            if sum(one.file_size for one in wanted) > LARGEST:
                raise refuse(file.label, "F003", f"unpacks to more than {LARGEST >> 20} MiB", "unpack it first")
            folder = Path(copies.enter_context(TemporaryDirectory())) if wanted else Path()
            return [_unpacked(packed, one, folder / str(index), file) for index, one in enumerate(wanted)]
    except (*_BROKEN, OSError) as error:
        raise _refused(file, error) from None


def _unpacked(packed: zipfile.ZipFile, one: zipfile.ZipInfo, path: Path, file: File) -> File:
    with packed.open(one) as source, path.open("wb") as copy:
        shutil.copyfileobj(source, copy)  # zipfile stops at the size that the archive states
    return File(path, f"{file.label}/{one.filename}")


def _name(one: zipfile.ZipInfo) -> str:
    return "" if one.is_dir() else PurePosixPath(one.filename.replace("\\", "/")).name


def _refused(file: File, error: Exception) -> Exception:
    """A disk that is full is not the archive's fault."""
    if isinstance(error, OSError) and error.strerror:
        return refuse(file.label, "F001", f"cannot be unpacked: {error.strerror}")
    return refuse(file.label, "F002", "is no .zip file that can be read", "unpack it, and name the folder")
