"""When can this launcher leave this pad for that station, by which scheme, and what does it cost.

>>> rows = launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", sets, start, end, "2-orbit")
>>> rows[0]["liftoff_utc"], rows[0]["feasible"], rows[0]["why_not"]
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S
from zarya.errors import InputError
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.gnc.launch_instant import Lead
from zarya.gnc.plane_crossing import TWO_PI, crossings, settled
from zarya.gnc.schemes import Scheme, schemes_named
from zarya.orbits.tle import ElementSet
from zarya.studies.station_sets import station_sets
from zarya.studies.windows.port_calendar import Busy, conflicts
from zarya.studies.windows.price import liftoff_price
from zarya.studies.windows.question import Allowance, Launch, Ports, launch
from zarya.studies.windows.row import rows_of_scheme
from zarya.time import Epoch
from zarya.units import DAY

__all__ = ["Allowance", "Busy", "Launch", "Ports", "launch", "launch_windows", "liftoff_price"]

type Floats = NDArray[np.float64]


def launch_windows(
    station: str,
    site: str,
    launcher: str,
    ship: str,
    sets: Sequence[ElementSet] | ElementHistory,
    start: Epoch,
    end: Epoch,
    scheme: str = "any",
    *,
    lead: Lead | None = None,
    direction: str = "ascending",
    busy: Sequence[tuple[Epoch, Epoch, str] | Busy] = (),
    ports: Ports | None = None,
    allowance: Allowance | None = None,
    catalog: str | Path | None = None,
) -> list[dict[str, Any]]:
    """Launch windows, one row per opportunity and scheme, in order of lift-off.

    Parameters
    ----------
    station, site, launcher, ship : names of the catalog.
    sets : element sets of the station; each lift-off uses only those with an earlier epoch.
    start, end : the lift-off lies in start <= lift-off < end.
    scheme : `1-orbit`, `2-orbit`, `4-orbit`, `34-orbit` or `any`.
    lead : in place of the calibrated one.
    direction : `ascending`, `descending` or `both` crossings of the plane.
    busy : spans in which no ship may dock (other visitor, spacewalk), with what stands in the way.
    ports : a calendar of ports, the one wanted, the stay.
    allowance : budgets for yaw steering and dog-legs, azimuth limits in place of the site's, an offset to price.

    Returns
    -------
    rows with the keys of `zarya windows`, degrees and km where the key says so. `feasible` is true where the scheme is
    open by energy and by the published limit, the propellant suffices and the phase is known; `why_not` says what is
    against it, in words; empty where nothing is.

    **Model** `zarya.gnc.launch_instant` for the second, `zarya.gnc.schemes` for the price (an estimate).
    **Ignores** drag of the ship, burns of the station that no set knows yet (their spread is in the sigmas).
    """
    if end - start <= 0.0:
        raise InputError("the span must end after it starts", key="to", value=end.iso(), remedy="Give a later end.")
    if direction not in ("ascending", "descending", "both"):
        raise InputError(
            "no such direction", key="direction", value=direction, remedy="Use ascending, descending or both."
        )
    history = station_sets(sets, station, catalog)
    first = history.sets[0].epoch + 1.0
    if first < end and 0.0 < first - start < DAY:
        start = first  # no set tells of the launches of that day before it
    question = launch(station, site, launcher, ship, lead=lead, allowance=allowance, catalog=catalog)
    ports = Ports(busy=[Busy(*item) for item in busy]) if ports is None else ports
    rows = []
    for ascending in (True, False):
        if direction in ("both", "ascending" if ascending else "descending"):
            rows += _rows(question, history, start, end, schemes_named(scheme), ascending)
    for row in rows:
        against = conflicts(ports.busy, Epoch.from_iso(row["docking_utc"], scale="utc"), ports.port, ports.stay_s)
        row["conflicts"] = against
        if against:
            row["feasible"] = False
            row["why_not"] = "; ".join(filter(None, [row["why_not"], f"docking conflicts with {', '.join(against)}"]))
            row["window_open_utc"] = row["window_close_utc"] = None
    return sorted(rows, key=lambda row: (row["liftoff_utc"], row["scheme"]))


def _rows(
    question: Launch, history: ElementHistory, start: Epoch, end: Epoch, schemes: Sequence[Scheme], ascending: bool
) -> list[dict[str, Any]]:
    guesses = _guesses(question, history, start, end, schemes[0], ascending)
    lanes = [scheme for scheme in schemes for _ in guesses]
    t_s = np.tile(guesses, len(schemes))
    transfers = [scheme.transfer for scheme in lanes]
    choices = [choose_element_set(history, start + max(float(t), 0.0)) for t in t_s]
    for _ in range(3):  # the set follows the lift-off, the lift-off the set
        sets = [item.element_set for item in choices]
        t_s, found = settled(
            sets, question.pad, question.insertion, transfers, start, t_s, question.lead.lead_s, ascending=ascending
        )
        choices = [choose_element_set(history, start + max(float(t), 0.0)) for t in t_s]
        if all(choice.element_set is item for choice, item in zip(choices, sets, strict=True)):
            break
    rows: list[dict[str, Any]] = []
    for scheme in schemes:
        some = np.array([k for k, lane in enumerate(lanes) if lane is scheme])
        rows += rows_of_scheme(
            question, scheme, start, t_s[some], found.phase_rad[some], [choices[k] for k in some], ascending
        )
    span = end - start
    return [row for row in rows if 0.0 <= row.pop("_t_s") < span]


def _guesses(
    question: Launch, history: ElementHistory, start: Epoch, end: Epoch, scheme: Scheme, ascending: bool
) -> Floats:
    """Lift-offs in s after `start`, right to some minutes: one per turn of the pad under the plane, and one beyond."""
    first = choose_element_set(history, start)
    at = np.array([0.0, 2.0 * DAY])
    found = crossings(
        [first.element_set] * 2, question.pad, question.insertion, [scheme.transfer] * 2, start, at, ascending=ascending
    )
    turn = ((found.station.raan_rad[1] - found.station.raan_rad[0] + math.pi) % TWO_PI - math.pi) / (2.0 * DAY)
    period = TWO_PI / (EARTH_ROTATION_RAD_S - turn)
    count = math.ceil((end - start) / period) + 2
    return np.asarray((found.wait_s[0] - question.lead.lead_s) % period + period * (np.arange(count) - 1.0))
