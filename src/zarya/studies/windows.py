"""When can this launcher leave this pad for that station, by which scheme, and what does it cost.

>>> rows = launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", sets, start, end, "2-orbit")
>>> rows[0]["liftoff_utc"], rows[0]["feasible"], rows[0]["why_not"]
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from zarya.constants import EARTH_ROTATION_RAD_S, STANDARD_GRAVITY_M_S2
from zarya.errors import InputError
from zarya.gnc.element_choice import ElementChoice, ElementHistory, choose_element_set
from zarya.gnc.launch_instant import Insertion, Lead
from zarya.gnc.plane_crossing import (
    TWO_PI,
    crossings,
    pad_directions_rad,
    seconds_per_rad,
    settled,
)
from zarya.gnc.schemes import (
    APPROACH_DELTA_V_M_S,
    OPTIMUM_LEAD,
    Scheme,
    energy_window_rad,
    is_in_published_range,
    launcher_insertion,
    launcher_lead,
    phasing_semi_major_axis_m,
    schemes_named,
    transfer_cost_m_s,
    wait_for_phase_s,
)
from zarya.orbits.tle import ElementSet
from zarya.studies.window_light import light
from zarya.time import Epoch
from zarya.units import DAY, DEG, KM
from zarya.vehicles import catalog as vehicles
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import SiteData

type Floats = NDArray[np.float64]

UNKNOWN_PHASE_DEG: Final = 10.0
"""Sigma of the phase from which the answer is `phase unknown`."""
NODE_SIGMA_S_DAY: Final = 0.15
"""Growth of the lift-off's error with the age of the set, its node alone: 0.0004 deg a day is 0.1 s (measured)."""


@dataclass(frozen=True)
class Launch:
    """Who flies from where to what: the question of `launch_windows` with its catalog entries found."""

    station: str
    site: SiteData
    ship: ShipData
    insertion: Insertion
    lead: Lead

    @property
    def pad(self) -> tuple[float, float, float]:
        """Geodetic latitude, longitude (rad) and height (m)."""
        site = self.site
        return site.latitude_deg.value * DEG, site.longitude_deg.value * DEG, site.height_m.value


def launch(
    station: str, site: str, launcher: str, ship: str, *, lead: Lead | None = None, catalog: str | Path | None = None
) -> Launch:
    """Look up the names; `lead` replaces the calibrated one."""
    data, carried = vehicles.launcher(launcher, catalog), vehicles.ship(ship, catalog)
    vehicles.station(station, catalog)
    return Launch(
        station,
        vehicles.site(site, catalog),
        carried,
        launcher_insertion(data, ship),
        lead or launcher_lead(data, ship),
    )


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
    busy: Sequence[tuple[Epoch, Epoch, str]] = (),
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
    busy : spans in which no ship may dock (port taken, other visitor), with what stands in the way.

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
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    question = launch(station, site, launcher, ship, lead=lead, catalog=catalog)
    check_satellite(history, station, catalog)
    rows = []
    for ascending in (True, False):
        if direction in ("both", "ascending" if ascending else "descending"):
            rows += _rows(question, history, start, end, schemes_named(scheme), ascending)
    for row in rows:
        docking = Epoch.from_iso(row["docking_utc"], scale="utc")
        for first, last, what in busy:
            if first - docking <= 0.0 <= last - docking:
                row["feasible"] = False
                row["why_not"] = "; ".join(part for part in (row["why_not"], f"docking conflicts with {what}") if part)
    return sorted(rows, key=lambda row: (row["liftoff_utc"], row["scheme"]))


def check_satellite(history: ElementHistory, station: str, catalog: str | Path | None = None) -> None:
    """Refuse element sets of another satellite than the station."""
    wanted = vehicles.station(station, catalog).norad_id
    others = {item.catalog_number for item in history.sets} - {wanted}
    if others:
        raise InputError(
            f"element sets of another satellite than {station} ({wanted})",
            key="tle", value=sorted(others)[0], remedy=f"Give sets of satellite {wanted} only.",
        )  # fmt: skip


def liftoff_price(
    row: dict[str, Any], question: Launch, history: ElementHistory, offsets_s: Floats
) -> dict[str, Floats]:
    """What it costs the ship to lift off beside the instant of a row of `launch_windows`.

    Parameters
    ----------
    row, question : the row, and who flies (`launch`). offsets_s : (offset,) s, late positive.

    Returns
    -------
    `offset_s`, `delta_v_m_s`, `propellant_margin_kg`, `phase_deg`, each (offset,).

    **Model** the plane moves with the pad and the ship takes it out. The launcher can take it out instead: in optimised
    ascents 60 s cost less than 1 kg of payload, since the lead is flat about its optimum of 222 s.
    """
    scheme = schemes_named(row["scheme"])[0]
    liftoff = Epoch.from_iso(row["liftoff_utc"], scale="utc")
    element_set = choose_element_set(history, liftoff).element_set
    count = len(offsets_s)
    found = crossings(
        [element_set] * count, question.pad, question.insertion, [scheme.transfer] * count, liftoff, offsets_s,
        ascending=row["direction"] == "ascending", near_rad=np.full(count, row["phase_deg"] * DEG),
    )  # fmt: skip
    cost, _, _ = transfer_cost_m_s(
        scheme, question.insertion, found.station, found.phase_rad, offsets_s + row["plane_offset_s"]
    )
    return {
        "offset_s": offsets_s,
        "delta_v_m_s": cost,
        "propellant_margin_kg": propellant_margin_kg(question.ship, cost + APPROACH_DELTA_V_M_S),
        "phase_deg": found.phase_rad / DEG,
    }


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
        rows += _of_scheme(
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


def _of_scheme(
    question: Launch,
    scheme: Scheme,
    origin: Epoch,
    t_s: Floats,
    near_rad: Floats,
    choices: Sequence[ElementChoice],
    ascending: bool,
) -> list[dict[str, Any]]:
    insertion, lead = question.insertion, question.lead
    sets = [item.element_set for item in choices]
    transfers = [scheme.transfer] * len(sets)
    plane = crossings(sets, question.pad, insertion, transfers, origin, t_s, ascending=ascending, near_rad=near_rad)
    wait = wait_for_phase_s(scheme, plane.station, plane.phase_rad)
    liftoff = t_s + wait
    found = plane
    if np.any(wait > 0.0):
        found = crossings(
            sets, question.pad, insertion, transfers, origin, liftoff, ascending=ascending, near_rad=plane.phase_rad
        )
    sigma = np.array([item.phase_sigma_rad for item in choices])
    cost, leaving, detour = transfer_cost_m_s(scheme, insertion, found.station, found.phase_rad, wait)
    minute, _, _ = transfer_cost_m_s(scheme, insertion, found.station, found.phase_rad, wait + 60.0)
    low, high = energy_window_rad(scheme, insertion, found.station)
    margin = propellant_margin_kg(question.ship, cost + APPROACH_DELTA_V_M_S)
    by_energy = (found.phase_rad >= low) & (found.phase_rad <= high) & (margin >= 0.0)
    by_limit = is_in_published_range(scheme, found.phase_rad)
    sun = light(question.pad, origin, liftoff, sets, found.station, scheme.transfer.transit_s)
    azimuth = _azimuth_deg(question, origin, liftoff, ascending)
    age_days = np.array([item.age_s for item in choices]) / DAY
    slope = seconds_per_rad(found.station)
    floor = scheme.transfer.phase_floor_rad
    # a phase near the edge of its count may belong to the next turn, 176 s of lift-off away
    turned = ndtr((floor - found.phase_rad) / sigma) + ndtr((found.phase_rad - floor - 2.0 * np.pi) / sigma)
    spread_s = np.sqrt(
        lead.sigma_s**2
        + (slope * sigma) ** 2
        + (2.0 * np.pi * slope) ** 2 * turned
        + (NODE_SIGMA_S_DAY * age_days) ** 2
    )
    offset = found.wait_s - lead.lead_s
    heights = None
    if scheme.transfer.parking_revolutions:
        heights = phasing_semi_major_axis_m(scheme.transfer, insertion, found.station, found.phase_rad)
    rows = []
    for k, choice in enumerate(choices):
        when = origin + float(liftoff[k])
        phase, sigma_deg = float(found.phase_rad[k]) / DEG, float(sigma[k]) / DEG
        why = _why_not(question, scheme, phase, sigma_deg, float(low[k] / DEG), float(high[k] / DEG),
                       float(margin[k]), bool(by_limit[k]), float(azimuth[k]))  # fmt: skip
        rows.append({
            "_t_s": float(liftoff[k]),
            "liftoff_utc": when.iso(),
            "liftoff_sigma_s": round(float(spread_s[k]), 2),
            "scheme": scheme.name,
            "phase_deg": round(phase, 3),
            "phase_sigma_deg": round(sigma_deg, 3),
            "plane_offset_s": round(-float(offset[k]), 2) + 0.0,
            "docking_utc": (when + scheme.transfer.transit_s).iso(),
            "delta_v_m_s": round(float(cost[k]), 2),
            "approach_delta_v_m_s": APPROACH_DELTA_V_M_S,
            "propellant_margin_kg": round(float(margin[k]), 1),
            "beta_deg": round(float(sun.beta_deg[k]), 2),
            "site_sun_elevation_deg": round(float(sun.site_deg[k]), 2),
            "open_by_energy": bool(by_energy[k]),
            "open_by_published_limit": bool(by_limit[k]),
            "feasible": not why,
            "why_not": why,
            "direction": "ascending" if ascending else "descending",
            "azimuth_deg": round(float(azimuth[k]), 2),
            "insertion_utc": (when + insertion.time_from_liftoff_s).iso(),
            "energy_window_deg": [round(float(low[k]) / DEG, 2), round(float(high[k]) / DEG, 2)],
            "published_window_deg": [
                round(scheme.published_from_rad / DEG, 2),
                round((scheme.published_from_rad + scheme.published_width_rad) / DEG, 2),
            ],
            "published_limit_source": scheme.limit,
            "delta_v_is_estimate": True,
            "leaving_plane_m_s": round(float(leaving[k]), 2),
            "phase_detour_m_s": round(float(detour[k]), 2),
            "minute_late_m_s": round(float(minute[k] - cost[k]), 2),
            "phasing_height_km": None if heights is None else round(float(heights[k]) / KM - 6_378.137, 2),
            "inclination_offset_deg": round(
                (insertion.inclination_rad - float(found.station.inclination_rad[k])) / DEG, 4
            ),
            "lead_s": lead.lead_s,
            "lead_programme": lead.programme,
            "optimum_lead_s": OPTIMUM_LEAD.lead_s,
            "docking_sunlit": bool(sun.docking_sunlit[k]),
            "final_approach_eclipse_fraction": round(float(sun.eclipse_fraction[k]), 2),
            "element_set_epoch_utc": choice.element_set.epoch.iso(),
            "element_set_age_days": round(choice.age_s / DAY, 3),
            "warnings": list(choice.warnings),
        })  # fmt: skip
    return rows


def propellant_margin_kg(ship: ShipData, delta_v_m_s: Floats) -> Floats:
    """Propellant left after `delta_v_m_s` (lane,) with the deorbit reserve set aside, kg; all on the main engine."""
    exhaust_m_s = ship.engine.isp_s.value * STANDARD_GRAVITY_M_S2
    used = ship.mass_kg.value * (1.0 - np.exp(-delta_v_m_s / exhaust_m_s))
    return np.asarray(ship.propellant_kg.value - ship.deorbit_reserve_kg - used)


def _why_not(
    question: Launch, scheme: Scheme, phase: float, sigma: float, low: float, high: float,
    margin_kg: float, is_in_range: bool, azimuth: float,
) -> str:  # fmt: skip
    if sigma > UNKNOWN_PHASE_DEG:
        return "phase unknown"
    found = []
    if phase < low:
        found.append(f"phase {phase:.1f} deg is below the {low:.1f} deg the scheme gains at least")
    elif phase > high:
        found.append(f"phase {phase:.1f} deg is beyond the {high:.1f} deg the scheme can gain")
    if margin_kg < 0.0:
        found.append(f"propellant is short by {-margin_kg:.0f} kg with the deorbit reserved")
    if not is_in_range:
        first = scheme.published_from_rad / DEG
        last = first + scheme.published_width_rad / DEG
        found.append(f"phase {phase:.1f} deg is outside the published range, placed at {first:.1f} to {last:.1f} deg")
    site = question.site
    if site.azimuth_min_deg is not None and azimuth < site.azimuth_min_deg.value:
        found.append(f"azimuth {azimuth:.1f} deg is below the site's {site.azimuth_min_deg.value:.1f} deg")
    if site.azimuth_max_deg is not None and azimuth > site.azimuth_max_deg.value:
        found.append(f"azimuth {azimuth:.1f} deg is above the site's {site.azimuth_max_deg.value:.1f} deg")
    return "; ".join(found)


def _azimuth_deg(question: Launch, origin: Epoch, liftoff_s: Floats, ascending: bool) -> Floats:
    """Inertial azimuth of the plane at the pad, deg from north."""
    _, declination = pad_directions_rad(question.pad, origin, liftoff_s)
    azimuth = np.arcsin(math.cos(question.insertion.inclination_rad) / np.cos(declination)) / DEG
    return np.asarray(azimuth if ascending else 180.0 - azimuth)
