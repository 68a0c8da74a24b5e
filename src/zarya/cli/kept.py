"""Campaigns that may be stopped: their cases are kept beside the file to come, and the same command goes on."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zarya.cli.app import err

if TYPE_CHECKING:
    from zarya.exchange.unfinished import Unfinished


@contextmanager
def kept_cases(target: Path | None, *question: str) -> "Iterator[Unfinished | None]":
    """Where the cases of a run go until `target` is written; None when no file was asked for.

    `question` is all that decides what a case does, beside the source: cases of another one are not taken up. Ctrl-C
    keeps what is there and says so.
    """
    if target is None:
        yield None
        return
    from zarya.exchange.atomic import make_folder
    from zarya.exchange.unfinished import Unfinished
    from zarya.programs import source_state

    is_new = not target.parent.exists()
    make_folder(target.parent)
    run = hashlib.sha256("\n".join([source_state(), *question]).encode()).hexdigest()
    cases = Unfinished(target, run)
    try:
        yield cases
    except KeyboardInterrupt:
        flown = cases.keep()
        if flown:
            err.print(f"stopped; {flown} cases are kept, the same command goes on from there", highlight=False)
        raise
    finally:
        if is_new:
            with suppress(OSError):  # nothing came of it, unless something lies in it
                target.parent.rmdir()
