"""Writing that leaves either the old file or the complete new one."""

import contextlib
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from zarya.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_atomically(path: Path | str, content: str | bytes) -> Path:
    """Write `content` (text as UTF-8) beside `path`, then put it in place in one step; returns the path.

    Raises
    ------
    InputError : the folder does not exist or cannot be written; what was there is untouched.
    """
    target = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    temporary = ""
    try:
        if target.is_dir():
            raise IsADirectoryError("it is a folder")
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_mode(target))
        Path(temporary).replace(target)
    except OSError as error:
        _discard(temporary)
        raise InputError(
            f"cannot be written: {error.strerror or error}",
            file=str(path),
            remedy="Give a path in a folder that exists and can be written.",
        ) from None
    except BaseException:
        _discard(temporary)
        raise
    return target


def write_figure(path: Path | str, figure: "Figure") -> Path:
    """A figure as PNG, written like everything else; returns the path."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return write_atomically(path, buffer.getvalue())


def make_folder(folder: Path) -> Path:
    """The folder of `--out`, made with its parents.

    Raises
    ------
    InputError : it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be made: {error.strerror}", key="out", value=str(folder), remedy="Give another folder."
        ) from error
    return folder


def _mode(target: Path) -> int:
    """Permissions of the file that is replaced, or those a new file gets."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _discard(temporary: str) -> None:
    if temporary:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
