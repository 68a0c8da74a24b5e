"""Trajectories as a table: CSV and Parquet."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow
import pyarrow.parquet

from zarya.errors import FormatError
from zarya.exchange.atomic import write_atomically
from zarya.exchange.naming import decimals_needed, epoch_from_text, epoch_text, frame_from_name, scale_from_name
from zarya.exchange.records import Trajectory

_VALUES: Final = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")
_WORDS: Final = ("object_name", "object_id", "center", "frame", "time_system")
_NEEDED: Final = ("epoch_utc", "frame", *_VALUES)


def trajectory_table(trajectories: Sequence[Trajectory]) -> pl.DataFrame:
    """One row a state.

    Columns: object_name, object_id, center, frame, time_system, segment (counts from 0 over the trajectories),
    epoch_utc, t_s (TAI seconds from the first state of the segment), x_m ... vz_m_s. Values in SI, not rounded; dates
    to a nanosecond. Comments, covariances and accelerations are not carried.
    """
    parts = []
    for number, item in enumerate(trajectories):
        epochs = item.epochs
        decimals = decimals_needed(epochs)
        values = np.hstack([item.r_m, item.v_m_s])
        words = (item.object_name, item.object_id, item.center, item.name_of_frame, item.time_scale.upper())
        parts.append(
            pl.DataFrame(
                {
                    **{key: [word] * len(epochs) for key, word in zip(_WORDS, words, strict=True)},
                    "segment": np.full(len(epochs), number, dtype=np.int64),
                    "epoch_utc": [epoch_text(epoch, "utc", decimals) + "Z" for epoch in epochs],
                    "t_s": item.t_s - item.t_s[0],
                    **{key: values[:, i] for i, key in enumerate(_VALUES)},
                }
            )
        )
    return pl.concat(parts)


def write_parquet(path: Path | str, table: pl.DataFrame) -> Path:
    """Write any table as Parquet; what was there is replaced when complete."""
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return write_atomically(path, buffer.getvalue())


def write_table(path: Path | str, trajectories: Sequence[Trajectory]) -> Path:
    """Write `trajectory_table` as Parquet if the name ends in .parquet, as CSV otherwise."""
    table = trajectory_table(trajectories)
    if Path(path).suffix.lower() != ".parquet":
        return write_atomically(path, table.write_csv())
    return write_parquet(path, table)


def read_table(path: Path | str) -> tuple[Trajectory, ...]:
    """The trajectories of a CSV or Parquet file with at least epoch_utc, frame, x_m ... vz_m_s.

    Raises
    ------
    FormatError : a column is missing or not of its kind, a value is missing or not finite, dates do not ascend.
    """
    file = str(path)
    try:
        data = Path(path).read_bytes()
        if data.startswith(b"PAR1"):
            # pyarrow refuses a damaged file with an exception; polars 2.1 panics
            table = pl.DataFrame(pyarrow.parquet.read_table(pyarrow.BufferReader(data)))
        else:
            table = pl.read_csv(io.BytesIO(data), infer_schema_length=None)
    except (OSError, ValueError, pyarrow.ArrowException, pl.exceptions.PolarsError) as error:
        raise FormatError(
            f"cannot be read as a table: {str(error).splitlines()[0]}", file=file, remedy="Give CSV or Parquet."
        ) from None
    missing = [key for key in _NEEDED if key not in table.columns]
    if missing:
        raise FormatError(
            f"the table has no column {', '.join(missing)}", file=file, key=missing[0],
            value=table.columns, remedy=f"Give the columns {', '.join(_NEEDED)}.",
        )  # fmt: skip
    if table.is_empty():
        raise FormatError("the table has no row", file=file, remedy="Give states.")
    table = _checked(table, file)
    keys = [key for key in ("object_name", "object_id", "segment", "frame") if key in table.columns]
    return tuple(_trajectory(part, file) for part in table.partition_by(keys, maintain_order=True))


def _checked(table: pl.DataFrame, file: str) -> pl.DataFrame:
    for key in _VALUES:
        column = table[key]
        values = column.cast(pl.Float64, strict=False) if column.dtype != pl.String else None
        is_bad = None if values is None else ~(values.is_not_null() & values.is_finite())
        if is_bad is None or is_bad.fill_null(True).any():
            row = 0 if is_bad is None else int(is_bad.fill_null(True).arg_max() or 0)
            raise FormatError(
                "a finite number is needed", file=file, key=f"{key}, row {row + 1}", value=column[row],
                remedy="Write a decimal number.",
            )  # fmt: skip
    words = [pl.col(key).cast(pl.String) for key in ("epoch_utc", *_WORDS) if key in table.columns]
    return table.with_columns(*words, *(pl.col(key).cast(pl.Float64) for key in _VALUES))


def _trajectory(part: pl.DataFrame, file: str) -> Trajectory:
    def word(key: str, default: str) -> str:
        return str(part[key][0] or default) if key in part.columns else default

    epochs = [
        epoch_from_text(text or "", "utc", file, f"epoch_utc, row {i + 1}") for i, text in enumerate(part["epoch_utc"])
    ]
    t_s = np.array([epoch - epochs[0] for epoch in epochs])
    falling = np.flatnonzero(np.diff(t_s) <= 0.0)
    if falling.size:
        row = int(falling[0]) + 1
        raise FormatError(
            "the dates do not ascend", file=file, key=f"epoch_utc, row {row + 1}", value=part["epoch_utc"][row],
            remedy="Sort the states and remove doubles.",
        )  # fmt: skip
    values = part.select(_VALUES).to_numpy().astype(np.float64)
    frame_name = word("frame", "")
    return Trajectory(
        object_name=word("object_name", "UNKNOWN"), object_id=word("object_id", "UNKNOWN"),
        center=word("center", "EARTH"), frame=frame_from_name(frame_name, file, "frame"), frame_name=frame_name,
        time_scale=scale_from_name(word("time_system", "UTC"), file, "time_system"), epoch=epochs[0], t_s=t_s,
        r_m=np.ascontiguousarray(values[:, :3]), v_m_s=np.ascontiguousarray(values[:, 3:]),
    )  # fmt: skip
