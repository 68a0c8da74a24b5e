"""One row of the table of launch windows: phase, price, light, limits, and why a day is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from zarya.gnc.ascent_price import dogleg, ground_azimuth_rad
from zarya.gnc.element_choice import ElementChoice
from zarya.gnc.plane_crossing import TWO_PI, Crossings, crossings, pad_directions_rad, seconds_per_rad
from zarya.gnc.schemes import (
    APPROACH_DELTA_V_M_S,
    OPTIMUM_LEAD,
    Scheme,
    energy_window_rad,
    is_in_published_range,
    phasing_semi_major_axis_m,
    transfer_cost_m_s,
    wait_for_phase_s,
)
from zarya.studies.windows.light import Light, light
from zarya.studies.windows.price import (
    Reach,
    launcher_kg,
    phase_rate_rad_s,
    propellant_kg,
    propellant_margin_kg,
    reach,
)
from zarya.studies.windows.question import Launch
from zarya.time import Epoch
from zarya.units import DAY, DEG, KM, MINUTE

type Floats = NDArray[np.float64]

UNKNOWN_PHASE_DEG: Final = 10.0
"""Sigma of the phase from which the answer is `phase unknown`."""
NODE_SIGMA_S_DAY: Final = 0.15
"""Growth of the lift-off's error with the age of the set, its node alone: 0.0004 deg a day is 0.1 s (measured)."""
TWILIGHT_DEG: Final = -6.0
"""The Sun no lower than this: civil twilight, a module on the ground is seen from the air."""


@dataclass(frozen=True)
class _Lanes:
    """What every lane of one scheme has, (lane,) each: the arrays behind `rows_of_scheme`."""

    liftoff_s: Floats
    wait_s: Floats
    reach: Reach
    found: Crossings
    low_rad: Floats
    high_rad: Floats
    margin_kg: Floats
    by_limit: NDArray[np.bool_]
    azimuth_deg: Floats
    turn_deg: Floats
    turn_m_s: Floats
    turn_kg: Floats


def rows_of_scheme(
    question: Launch,
    scheme: Scheme,
    origin: Epoch,
    t_s: Floats,
    near_rad: Floats,
    choices: Sequence[ElementChoice],
    ascending: bool,
) -> list[dict[str, Any]]:
    """Rows of one scheme.

    Parameters
    ----------
    t_s : (lane,) s after `origin`, the lift-offs into the plane. near_rad : (lane,) rad, phase next to which to count.
    choices : the element set of each lane.

    Returns
    -------
    rows as of `launch_windows`; `_t_s` is the lift-off in s after `origin`.
    """
    insertion, lead = question.insertion, question.lead
    sets = [item.element_set for item in choices]
    lanes = _lanes(question, scheme, origin, t_s, near_rad, choices, ascending)
    found, liftoff, wait = lanes.found, lanes.liftoff_s, lanes.wait_s
    sigma = np.array([item.phase_sigma_rad for item in choices])
    to_ship = lanes.reach.left_to_ship_s(wait)

    def cost_at(offset_s: Floats, phase_rad: Floats) -> tuple[Floats, Floats, Floats]:
        return transfer_cost_m_s(scheme, insertion, found.station, phase_rad, offset_s)

    cost, leaving, detour = cost_at(to_ship, found.phase_rad)
    late, _, _ = cost_at(to_ship + MINUTE, found.phase_rad)
    early, _, _ = cost_at(to_ship - MINUTE, found.phase_rad)
    kg = launcher_kg(question, wait - to_ship)
    kg_late, kg_early = (launcher_kg(question, wait + x) - launcher_kg(question, wait) for x in (MINUTE, -MINUTE))
    by_energy = (found.phase_rad >= lanes.low_rad) & (found.phase_rad <= lanes.high_rad) & (lanes.margin_kg >= 0.0)
    azimuth = _inertial_azimuth_rad(question, origin, liftoff, ascending)
    sun = light(question.pad, origin, liftoff, sets, found.station, scheme.transfer.transit_s, azimuth)
    age_days = np.array([item.age_s for item in choices]) / DAY
    slope = seconds_per_rad(found.station)
    floor = scheme.transfer.phase_floor_rad
    # a phase near the edge of its count may belong to the next turn, 176 s of lift-off away
    turned = ndtr((floor - found.phase_rad) / sigma) + ndtr((found.phase_rad - floor - TWO_PI) / sigma)
    spread_s = np.sqrt(
        lead.sigma_s**2 + (slope * sigma) ** 2 + (TWO_PI * slope) ** 2 * turned + (NODE_SIGMA_S_DAY * age_days) ** 2
    )
    offset = found.wait_s - lead.lead_s
    heights = None
    if scheme.transfer.parking_revolutions:
        heights = phasing_semi_major_axis_m(scheme.transfer, insertion, found.station, found.phase_rad)
    opens, closes = _width_s(question, scheme, lanes)
    optimum = OPTIMUM_LEAD.lead_s if question.price is None else question.price.optimum_lead_s
    aside = _beside(question, scheme, lanes, cost) if question.allowance.offset_s is not None else None
    rows = []
    for k, choice in enumerate(choices):
        when = origin + float(liftoff[k])
        phase, sigma_deg = float(found.phase_rad[k]) / DEG, float(sigma[k]) / DEG
        why = _why_not(question, scheme, lanes, k, phase, sigma_deg)
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
            "propellant_margin_kg": round(float(lanes.margin_kg[k]), 1),
            **_light_keys(sun, k),
            "open_by_energy": bool(by_energy[k]),
            "open_by_published_limit": bool(lanes.by_limit[k]),
            "feasible": not why,
            "why_not": why,
            "direction": "ascending" if ascending else "descending",
            "azimuth_deg": round(float(azimuth[k]) / DEG, 2),
            "ground_azimuth_deg": round(float(lanes.azimuth_deg[k]), 2),
            "insertion_utc": (when + insertion.time_from_liftoff_s).iso(),
            "energy_window_deg": [round(float(lanes.low_rad[k]) / DEG, 2), round(float(lanes.high_rad[k]) / DEG, 2)],
            "published_window_deg": [
                round(scheme.published_from_rad / DEG, 2),
                round((scheme.published_from_rad + scheme.published_width_rad) / DEG, 2),
            ],
            "published_limit_source": scheme.limit,
            "delta_v_is_estimate": True,
            "leaving_plane_m_s": round(float(leaving[k]), 2),
            "leaving_plane_launcher_kg": _kg(kg[k]),
            "phase_detour_m_s": round(float(detour[k]), 2),
            "minute_late_m_s": round(float(late[k] - cost[k]), 2),
            "minute_early_m_s": round(float(early[k] - cost[k]), 2),
            "minute_late_launcher_kg": _kg(kg_late[k]),
            "minute_early_launcher_kg": _kg(kg_early[k]),
            "window_open_utc": None if why or opens[k] > closes[k] else (when + float(opens[k])).iso(),
            "window_close_utc": None if why or opens[k] > closes[k] else (when + float(closes[k])).iso(),
            "dogleg_deg": round(float(lanes.turn_deg[k]), 2),
            "dogleg_m_s": round(float(lanes.turn_m_s[k]), 1),
            "dogleg_kg": round(float(lanes.turn_kg[k]), 1),
            "phasing_height_km": None if heights is None else round(float(heights[k]) / KM - 6_378.137, 2),
            "inclination_offset_deg": round(
                (insertion.inclination_rad - float(found.station.inclination_rad[k])) / DEG, 4
            ),
            "lead_s": lead.lead_s,
            "lead_programme": lead.programme,
            "optimum_lead_s": optimum,
            "lead_beside_optimum_kg": None if question.price is None else round(
                float(question.price.payload_lost_kg(np.array([lead.lead_s]))[0]), 2
            ),
            **({} if aside is None else {name: _kg(values[k]) for name, values in aside.items()}),
            "element_set_epoch_utc": choice.element_set.epoch.iso(),
            "element_set_age_days": round(choice.age_s / DAY, 3),
            "warnings": list(choice.warnings),
        })  # fmt: skip
    return rows


def _lanes(
    question: Launch,
    scheme: Scheme,
    origin: Epoch,
    t_s: Floats,
    near_rad: Floats,
    choices: Sequence[ElementChoice],
    ascending: bool,
) -> _Lanes:
    insertion = question.insertion
    sets = [item.element_set for item in choices]
    transfers = [scheme.transfer] * len(sets)
    found = crossings(sets, question.pad, insertion, transfers, origin, t_s, ascending=ascending, near_rad=near_rad)
    far = reach(question, scheme, found.station, found.phase_rad)
    wait = wait_for_phase_s(scheme, found.station, found.phase_rad, far.early_s, far.late_s)
    liftoff = t_s + wait
    if np.any(wait != 0.0):
        found = crossings(
            sets, question.pad, insertion, transfers, origin, liftoff, ascending=ascending, near_rad=found.phase_rad
        )
    cost, _, _ = transfer_cost_m_s(scheme, insertion, found.station, found.phase_rad, far.left_to_ship_s(wait))
    low, high = energy_window_rad(scheme, insertion, found.station)
    _, declination = pad_directions_rad(question.pad, origin, liftoff)
    azimuth = ground_azimuth_rad(insertion, declination, ascending=ascending) / DEG
    least, most = (bound if given is None else given for given, bound in zip(
        question.azimuth_limits_deg, (-360.0, 360.0), strict=True
    ))  # fmt: skip
    turn = np.maximum(np.maximum(least - azimuth, azimuth - most), 0.0)
    more, kg = dogleg(question.launcher, question.ship.mass_kg.value, insertion, turn * DEG)
    return _Lanes(
        liftoff, wait, far, found, low, high,
        propellant_margin_kg(question.ship, cost + APPROACH_DELTA_V_M_S),
        is_in_published_range(scheme, found.phase_rad), azimuth, turn, more, kg,
    )  # fmt: skip


def _width_s(question: Launch, scheme: Scheme, lanes: _Lanes) -> tuple[Floats, Floats]:
    """Opening and closing of the window beside the lift-off, s (lane,): budgets, then the edges of the phase."""
    if not question.allowance.is_wide:
        return np.zeros(len(lanes.wait_s)), np.zeros(len(lanes.wait_s))
    phase, rate = lanes.found.phase_rad, phase_rate_rad_s(lanes.found.station)
    past = (phase - scheme.published_from_rad + 1e-9) % TWO_PI  # a launch waits for the very edge of the range
    low = np.maximum(phase - past, lanes.low_rad)
    high = np.minimum(phase - past + scheme.published_width_rad, lanes.high_rad)
    opens = np.maximum(lanes.reach.early_s - lanes.wait_s, (low - phase) / rate)
    closes = np.minimum(np.maximum(lanes.reach.late_s - lanes.wait_s, 0.0), (high - phase) / rate)
    return np.minimum(opens, 0.0), np.maximum(closes, 0.0)


def _beside(question: Launch, scheme: Scheme, lanes: _Lanes, cost_m_s: Floats) -> dict[str, Floats]:
    """Price of a lift-off beside the window's by the offset asked for: of the ship, or of the launcher instead."""
    seconds = question.allowance.offset_s or 0.0
    offset = np.full(len(cost_m_s), seconds)
    phase = lanes.found.phase_rad + phase_rate_rad_s(lanes.found.station) * offset
    aside = lanes.reach.left_to_ship_s(lanes.wait_s) + offset
    cost, _, _ = transfer_cost_m_s(scheme, question.insertion, lanes.found.station, phase, aside)
    return {
        "offset_s": offset,
        "offset_m_s": cost - cost_m_s,
        "offset_propellant_kg": propellant_kg(question.ship, cost) - propellant_kg(question.ship, cost_m_s),
        "offset_launcher_kg": launcher_kg(question, lanes.wait_s + offset) - launcher_kg(question, lanes.wait_s),
        "offset_phase_deg": phase / DEG,
    }


def _light_keys(sun: Light, k: int) -> dict[str, Any]:
    low, high = float(sun.abort_low_deg[k]), float(sun.abort_high_deg[k])
    return {
        "beta_deg": round(float(sun.beta_deg[k]), 2),
        "site_sun_elevation_deg": round(float(sun.site_deg[k]), 2),
        "abort_landing_sun_elevation_deg": [round(low, 1), round(high, 1)],
        "abort_landing_light": "day" if low > 0.0 else "twilight" if low > TWILIGHT_DEG else (
            "night in part" if high > TWILIGHT_DEG else "night"
        ),
        "docking_sunlit": bool(sun.docking_sunlit[k]),
        "final_approach_eclipse_fraction": round(float(sun.eclipse_fraction[k]), 2),
    }  # fmt: skip


def _kg(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2) + 0.0


def _why_not(question: Launch, scheme: Scheme, lanes: _Lanes, k: int, phase: float, sigma: float) -> str:
    if sigma > UNKNOWN_PHASE_DEG:
        return "phase unknown"
    low, high = float(lanes.low_rad[k]) / DEG, float(lanes.high_rad[k]) / DEG
    found = []
    if phase < low:
        found.append(f"phase {phase:.1f} deg is below the {low:.1f} deg the scheme gains at least")
    elif phase > high:
        found.append(f"phase {phase:.1f} deg is beyond the {high:.1f} deg the scheme can gain")
    if lanes.margin_kg[k] < 0.0:
        found.append(f"propellant is short by {-lanes.margin_kg[k]:.0f} kg with the deorbit reserved")
    if not lanes.by_limit[k]:
        first = scheme.published_from_rad / DEG
        last = first + scheme.published_width_rad / DEG
        found.append(f"phase {phase:.1f} deg is outside the published range, placed at {first:.1f} to {last:.1f} deg")
    if lanes.turn_deg[k] > 0.0 and lanes.turn_kg[k] > question.allowance.dogleg_kg:
        least, most = question.azimuth_limits_deg
        azimuth = float(lanes.azimuth_deg[k])
        below = least is not None and azimuth < least
        found.append(
            f"azimuth {azimuth:.1f} deg over the ground is {'below' if below else 'above'} the site's "
            f"{least if below else most:.1f} deg; a dog-leg would cost {lanes.turn_m_s[k]:.0f} m/s, "
            f"{lanes.turn_kg[k]:.0f} kg of payload"
        )
    return "; ".join(found)


def _inertial_azimuth_rad(question: Launch, origin: Epoch, liftoff_s: Floats, ascending: bool) -> Floats:
    """Inertial azimuth of the plane at the pad, rad from north."""
    _, declination = pad_directions_rad(question.pad, origin, liftoff_s)
    azimuth = np.arcsin(np.cos(question.insertion.inclination_rad) / np.cos(declination))
    return np.asarray(azimuth if ascending else np.pi - azimuth)
