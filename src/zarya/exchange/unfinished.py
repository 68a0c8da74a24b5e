"""What a long run has so far, kept beside the file it will write, so that the same command goes on after a stop."""

import contextlib
import io
import time
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.parquet

from zarya.exchange.atomic import write_atomically

_EVERY_S: Final = 5.0
_KEY: Final = b"zarya_run"


class Unfinished:
    """Rows of a run that was not finished, as Parquet in a hidden file beside `target`.

    Parameters
    ----------
    target : the file of the finished run. run : what was asked, as text; rows of another question are not taken up.
    """

    def __init__(self, target: Path, run: str) -> None:
        self.path: Final = target.with_name(f".{target.name}.unfinished")
        self._run = run.encode("utf-8")
        self._kept_at = 0.0
        self._rows: pl.DataFrame | None = None

    def rows(self) -> pl.DataFrame | None:
        """What an earlier run of the same question left; None where there is nothing, or nothing that can be read."""
        try:
            table = pyarrow.parquet.read_table(self.path)
        except (OSError, pyarrow.ArrowException):
            return None
        if (table.schema.metadata or {}).get(_KEY) != self._run:
            return None
        frame = pl.from_arrow(table)
        return frame if isinstance(frame, pl.DataFrame) else None

    def take(self, rows: pl.DataFrame) -> None:
        """The rows so far; written at most every five seconds, and by `keep`."""
        self._rows = rows
        if time.monotonic() - self._kept_at > _EVERY_S:
            self.keep()

    def keep(self) -> int:
        """Write what was taken; returns how many rows there are."""
        if self._rows is None:
            return 0
        table = self._rows.to_arrow()
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: self._run})
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(table, buffer)
        write_atomically(self.path, buffer.getvalue())
        self._kept_at = time.monotonic()
        return self._rows.height

    def done(self) -> None:
        """The run is finished and its file written."""
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
