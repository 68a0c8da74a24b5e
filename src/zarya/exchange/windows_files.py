"""The files `zarya windows --out` leaves: JSON, CSV, plots."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from zarya.exchange.atomic import make_folder, write_atomically, write_figure
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.plots.plan_map import plan_map_picture
from zarya.plots.windows import draw_all, price_row, validation
from zarya.studies.station.reboosts import detect_lowerings, detect_reboosts
from zarya.studies.windows import Launch, liftoff_price
from zarya.studies.windows.plan_map import plan_map
from zarya.time import Epoch
from zarya.units import DAY, DEG

PRICE_SPAN_S: Final = 180.0
"""The picture of the price goes this far to either side of the lift-off."""
_REBOOST_MARGIN_S: Final = 8.0 * DAY
"""Sets beside the span that a burn at its edge needs to be sized."""


def write_windows(
    rows: Sequence[dict[str, Any]], question: Launch, history: ElementHistory, folder: Path, *, has_map: bool = False
) -> list[Path]:
    """Write windows.json, windows.csv and the plots; each replaces the old one only when complete. Returns the paths.

    Parameters
    ----------
    rows : of `launch_windows`, of this question and history.
    has_map : also ten thousand plans about the window whose price is drawn, `plans.png` and `plans.csv`.

    Raises
    ------
    InputError : the folder cannot be made or written.
    """
    make_folder(folder)
    files = [
        write_atomically(folder / "windows.json", json.dumps({"windows": rows}, indent=2, allow_nan=False) + "\n"),
        write_atomically(folder / "windows.csv", windows_table(rows).write_csv()),
    ]
    row = price_row(rows)
    if row is None:
        return files
    first, last = (Epoch.from_iso(rows[k]["liftoff_utc"], scale="utc") for k in (0, -1))
    span = history.between(first + -_REBOOST_MARGIN_S, last + _REBOOST_MARGIN_S)
    along = detect_reboosts(span)
    burns = [*along, *detect_lowerings(span, along)]
    offsets_s = np.linspace(-PRICE_SPAN_S, PRICE_SPAN_S, 73)
    price = {"row": row, "prices": liftoff_price(row, question, history, offsets_s)}
    files += _pictures(draw_all(rows, burns, price), folder)
    return files + _plans(row, question, history, folder) if has_map else files


def write_validation(report: dict[str, Any], folder: Path) -> list[Path]:
    """Write windows_validation.json and .png of a report of `validate`. Returns the paths."""
    make_folder(folder)
    text = json.dumps(report, indent=2, allow_nan=False) + "\n"
    return [
        write_atomically(folder / "windows_validation.json", text),
        *_pictures({"windows_validation.png": validation(report)}, folder),
    ]


def windows_table(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """One row a window; a range is two columns, `_low` and `_high`, warnings are joined by semicolons."""
    flat = []
    for row in rows:
        line: dict[str, Any] = {}
        for key, value in row.items():
            if isinstance(value, list) and key.endswith("_deg"):
                line |= {f"{key}_low": value[0], f"{key}_high": value[1]}
            else:
                line[key] = "; ".join(value) if isinstance(value, list) else value
        flat.append(line)
    return pl.DataFrame(flat, infer_schema_length=None)


def _plans(row: dict[str, Any], question: Launch, history: ElementHistory, folder: Path) -> list[Path]:
    """The map of plans about a window, and its numbers."""
    liftoff = Epoch.from_iso(row["liftoff_utc"], scale="utc")
    element_set = choose_element_set(history, liftoff).element_set
    found = plan_map(question, element_set, liftoff, int(row["scheme"].split("-")[0]))
    phase, docking = np.meshgrid(found.phase_rad / DEG, found.docking_s)
    table = pl.DataFrame(
        {
            "phase_deg": phase.ravel().round(4),
            "docking_met_s": docking.ravel().round(1),
            "delta_v_m_s": found.total_m_s.ravel(),
            "miss_m": found.left_m.ravel(),
        }
    )
    return [
        write_atomically(folder / "plans.csv", table.write_csv(float_precision=3)),
        *_pictures({"plans.png": plan_map_picture(found, row["phase_deg"])}, folder),
    ]


def _pictures(figures: dict[str, Figure], folder: Path) -> list[Path]:
    return [write_figure(folder / name, figure) for name, figure in figures.items()]
