"""Flown lift-offs against the ones computed from the element sets of their days.

>>> report = validate()
>>> report["summary"]["all"]["median_abs_s"]

The lead of each flight's steering programme is taken without the flight under test.
"""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from zarya.constants import WGS84_SEMI_MAJOR_AXIS_M
from zarya.gnc.ascent_price import ascent_price
from zarya.gnc.element_choice import ElementChoice, ElementHistory, choose_element_set
from zarya.gnc.launch_instant import SCHEMES, Lead, Transfer, flown_lead_s, mean_plane, soyuz_insertion
from zarya.gnc.plane_crossing import MeanPlanes
from zarya.gnc.schemes import OPTIMUM_LEAD, phasing_semi_major_axis_m, schemes_named
from zarya.orbits.tle import element_sets_from_text
from zarya.studies.windows.search import launch_windows
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR, KM
from zarya.vehicles import catalog

REFERENCE_FLIGHT: Final = "Soyuz MS-24"
"""Left out of every calibration: the flight the rest is judged by."""
WEIGHT: Final = {"A": 1.0, "B": 0.7, "C": 0.5}
"""Weight of a lift-off in the lead by the grade of its source."""
MEMORY_WEIGHT: Final = 0.25
"""For a lift-off whose second is from general knowledge; used only where fewer than three are sourced."""
TRACKED_HEIGHTS_KM: Final = (240.0, 370.0)
"""A first tracked orbit in this range is the phasing orbit; lower is the insertion orbit, higher the station's."""


@dataclass(frozen=True)
class Liftoff:
    """One flown lift-off of the table.

    Parameters
    ----------
    flight, programme, launcher, ship, site : names; the last three of the catalog.
    orbits : scheme; the planned one where the docking was late or never came.
    liftoff : the flown instant. transit_s : s to docking, NaN if there was none or it was late.
    grade, is_sourced : of the table; whether the second has a source.
    tracked_km : mean height of the first tracked orbit over 6378.137 km; NaN if not tracked.
    """

    flight: str
    programme: str
    launcher: str
    ship: str
    site: str
    orbits: int
    liftoff: Epoch
    transit_s: float
    grade: str
    is_sourced: bool
    tracked_km: float


@dataclass(frozen=True)
class FlownLead:
    """The lead that a flown lift-off had, and the phase (rad)."""

    flown: Liftoff
    choice: ElementChoice
    lead_s: float
    phase_rad: float


@cache
def flown_liftoffs() -> tuple[Liftoff, ...]:
    """The shipped table (data/README.md)."""
    text = files("zarya.studies").joinpath("data/flown_liftoffs.csv").read_text(encoding="utf-8")
    return tuple(_liftoff(row) for row in csv.DictReader(text.splitlines()))


@cache
def shipped_history() -> ElementHistory:
    """The shipped element sets: those of the days before each lift-off of the table."""
    text = files("zarya.studies").joinpath("data/flown_liftoff_sets.tle").read_text(encoding="ascii")
    return ElementHistory(element_sets_from_text(text, "flown_liftoff_sets.tle"))


def flown_leads(history: ElementHistory, flown: Iterable[Liftoff]) -> list[FlownLead]:
    """Lead and phase of flown lift-offs from the element set of the day."""
    found = []
    for one in flown:
        pad = catalog.site(one.site).geodetic
        choice = choose_element_set(history, one.liftoff)
        lead_s, phase = flown_lead_s(choice.element_set, pad, soyuz_insertion(), one.liftoff, SCHEMES[one.orbits])
        found.append(FlownLead(one, choice, lead_s, phase))
    return found


def calibration(programme: str, leads: Sequence[FlownLead], without: str = "") -> list[tuple[FlownLead, float]]:
    """The flights a programme's lead rests on, with their weights; `without` is left out, as is the reference."""
    mine = [f for f in leads if f.flown.programme == programme and f.flown.flight not in (REFERENCE_FLIGHT, without)]
    sourced = [(f, WEIGHT[f.flown.grade]) for f in mine if f.flown.is_sourced]
    return sourced if len(sourced) >= 3 else sourced + [(f, MEMORY_WEIGHT) for f in mine if not f.flown.is_sourced]


def calibrated_lead_s(used: Sequence[tuple[FlownLead, float]]) -> float:
    """Weighted median of the leads."""
    order = np.argsort([f.lead_s for f, _ in used])
    value = np.array([f.lead_s for f, _ in used])[order]
    weight = np.array([w for _, w in used])[order]
    return float(np.interp(0.5 * weight.sum(), np.cumsum(weight) - 0.5 * weight, value))


def validate(history: ElementHistory | None = None) -> dict[str, Any]:
    """Replay every flight of the shipped table with `launch_windows` and sum the errors up.

    Parameters
    ----------
    history : element sets in place of the shipped ones.

    Returns
    -------
    `rows`, one per flight; `summary`: all, by scheme, by programme, by grade: number, mean, median and 90th percentile
    of the absolute error of the lift-off (computed minus flown), worst; `uncalibrated`: the same with the lead of the
    ascent's own optimum, and scatter by programme; `lead_by_scheme`; `phasing_height`: computed minus first tracked.
    """
    history = history or shipped_history()
    leads = flown_leads(history, flown_liftoffs())
    rows = [_replay(found, leads, history) for found in leads]
    by = {
        "all": rows,
        **{f"{n}-orbit": [r for r in rows if r["scheme"] == f"{n}-orbit"] for n in (2, 4, 34)},
        **{name: [r for r in rows if r["programme"] == name] for name in sorted({r["programme"] for r in rows})},
        **{f"grade {g}": [r for r in rows if r["grade"] == g] for g in "ABC"},
        "second sourced": [r for r in rows if r["second"] == "sourced"],
    }
    heights = [r["phasing_height_error_km"] for r in rows if r["phasing_height_error_km"] is not None]
    return {
        "rows": rows,
        "summary": {name: _errors([r["error_s"] for r in some]) for name, some in by.items()},
        "uncalibrated": _uncalibrated(leads),
        "lead_by_scheme": _lead_by_scheme(leads),
        "phasing_height": {
            "number": len(heights),
            "mean_km": round(float(np.mean(heights)), 2),
            "sigma_km": round(float(np.std(heights)), 2),
            "worst_km": round(float(np.max(np.abs(heights))), 2),
        },
        "flown_scheme_open_by_energy": sum(r["open_by_energy"] for r in rows),
        "flown_scheme_open_by_published_limit": sum(r["open_by_published_limit"] for r in rows),
    }


def _replay(found: FlownLead, leads: Sequence[FlownLead], history: ElementHistory) -> dict[str, Any]:
    flown = found.flown
    lead = Lead(calibrated_lead_s(calibration(flown.programme, leads, flown.flight)), 0.0, flown.programme)
    windows = launch_windows(
        "iss", flown.site, flown.launcher, flown.ship, history, flown.liftoff + -0.4 * DAY, flown.liftoff + 0.4 * DAY,
        f"{flown.orbits}-orbit", lead=lead,
    )  # fmt: skip
    row = min(windows, key=lambda item: abs(_utc(item["liftoff_utc"]) - flown.liftoff))
    tracked = _phasing_height_error_km(found)
    return {
        "flight": flown.flight,
        "programme": flown.programme,
        "launcher": flown.launcher,
        "scheme": f"{flown.orbits}-orbit",
        "grade": flown.grade,
        "second": "sourced" if flown.is_sourced else "memory",
        "liftoff_flown_utc": flown.liftoff.iso(),
        "liftoff_utc": row["liftoff_utc"],
        "error_s": round(_utc(row["liftoff_utc"]) - flown.liftoff, 2),
        "lead_s": round(lead.lead_s, 2),
        "flown_lead_s": round(found.lead_s, 2),
        "phase_deg": round(found.phase_rad / DEG, 2),
        "plane_offset_s": row["plane_offset_s"],
        "open_by_energy": row["open_by_energy"],
        "open_by_published_limit": row["open_by_published_limit"],
        "phasing_height_error_km": None if math.isnan(tracked) else round(tracked, 2),
        "warnings": [*found.choice.rejected, *found.choice.warnings],
    }


def _phasing_height_error_km(found: FlownLead) -> float:
    """Computed minus first tracked mean height of the phasing orbit, km; NaN where none was tracked."""
    flown = found.flown
    if flown.orbits != 34 or math.isnan(flown.transit_s):
        return math.nan
    if not TRACKED_HEIGHTS_KM[0] < flown.tracked_km < TRACKED_HEIGHTS_KM[1]:
        return math.nan
    insertion = soyuz_insertion()
    station = mean_plane(found.choice.element_set, flown.liftoff + insertion.time_from_liftoff_s)
    planes = MeanPlanes(
        *(np.array([x]) for x in (station.semi_major_axis_m, station.e, station.inclination_rad, 0.0, 0.0))
    )
    scheme = schemes_named("34-orbit")[0]
    timed = Transfer(flown.transit_s, scheme.transfer.parking_revolutions, scheme.transfer.phase_floor_rad)
    a_m = phasing_semi_major_axis_m(timed, insertion, planes, np.array([found.phase_rad]))
    return float(a_m[0]) / KM - WGS84_SEMI_MAJOR_AXIS_M / KM - flown.tracked_km


def _uncalibrated(leads: Sequence[FlownLead]) -> dict[str, Any]:
    """Errors with the optimum of each launcher's own ascent for the lead, and the scatter by programme."""
    optimum = {f.flown.programme: _optimum_s(f.flown) for f in leads}
    errors = [f.lead_s - optimum[f.flown.programme] for f in leads]
    scatter = {}
    for name in sorted(optimum):
        own = np.array([f.lead_s for f in leads if f.flown.programme == name])
        scatter[name] = round(float(np.median(np.abs(own - np.median(own)))), 2)
    return {"lead_s": dict(sorted(optimum.items())), **_errors(errors), "median_abs_scatter_s": scatter}


def _optimum_s(flown: Liftoff) -> float:
    """Lead of least propellant of the ascent flown by this launcher and ship."""
    price = ascent_price(flown.launcher, flown.ship)
    return OPTIMUM_LEAD.lead_s if price is None else price.optimum_lead_s


def _lead_by_scheme(leads: Sequence[FlownLead]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name in sorted({f.flown.programme for f in leads}):
        for orbits in (2, 4, 34):
            own = [f.lead_s for f in leads if (f.flown.programme, f.flown.orbits) == (name, orbits)]
            if own:
                found.setdefault(name, {})[f"{orbits}-orbit"] = round(float(np.median(own)), 2)
    return found


def _errors(values: Sequence[float]) -> dict[str, Any]:
    size = np.abs(values)
    return {
        "number": len(values),
        "mean_s": round(float(np.mean(values)), 2),
        "median_abs_s": round(float(np.median(size)), 2),
        "p90_abs_s": round(float(np.percentile(size, 90.0)), 2),
        "worst_abs_s": round(float(size.max()), 2),
    }


def _liftoff(row: dict[str, str]) -> Liftoff:
    orbits, transit = int(row["scheme_orbits"]), float(row["transit_h"] or "nan") * HOUR
    is_on_time = abs(transit - SCHEMES[orbits].transit_s) < 3.0 * HOUR
    return Liftoff(
        row["flight"], row["programme"], row["launcher"], row["ship"], row["site"], orbits, _utc(row["liftoff_utc"]),
        transit if is_on_time else math.nan, row["grade"], row["second"] == "sourced",
        float(row["first_tracked_km"] or "nan"),
    )  # fmt: skip


def _utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")
