"""One row of the table of launch windows: phase, price, light, limits, and why a day is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from zarya.constants import WGS84_SEMI_MAJOR_AXIS_M
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


KEYS: Final = (
    "_t_s",
    "liftoff_utc", "liftoff_sigma_s", "scheme", "phase_deg", "phase_sigma_deg", "plane_offset_s", "docking_utc",
    "delta_v_m_s", "approach_delta_v_m_s", "propellant_margin_kg", "beta_deg", "site_sun_elevation_deg",
    "abort_landing_sun_elevation_deg", "abort_landing_light", "docking_sunlit",
    "final_approach_eclipse_fraction", "open_by_energy", "open_by_published_limit", "feasible", "why_not",
    "direction", "azimuth_deg", "ground_azimuth_deg", "insertion_utc", "energy_window_deg",
    "published_window_deg", "published_limit_source", "delta_v_is_estimate", "leaving_plane_m_s",
    "leaving_plane_launcher_kg", "phase_detour_m_s", "minute_late_m_s", "minute_early_m_s",
    "minute_late_launcher_kg", "minute_early_launcher_kg", "window_open_utc", "window_close_utc", "dogleg_deg",
    "dogleg_m_s", "dogleg_kg", "phasing_height_km", "inclination_offset_deg", "lead_s", "lead_programme",
    "optimum_lead_s", "lead_beside_optimum_kg", "offset_s", "offset_m_s", "offset_propellant_kg",
    "offset_launcher_kg", "offset_phase_deg", "element_set_epoch_utc", "element_set_age_days", "warnings",
)  # fmt: skip
"""Of a row, in order; those of an offset only where one is priced."""


@dataclass(frozen=True)
class _Asked:
    """Lift-offs of one scheme on one side of the plane: `choices` holds the element set of each lane."""

    question: Launch
    scheme: Scheme
    origin: Epoch
    choices: Sequence[ElementChoice]
    ascending: bool


@dataclass(frozen=True)
class _Lanes:
    """Where the lanes of one scheme lie, (lane,) each.

    Parameters
    ----------
    liftoff_s : s after the origin. wait_s : of it, what is waited for the phase. reach : of the budgets.
    found : the crossings. low_rad, high_rad : phases the scheme gains. margin_kg : propellant left.
    by_limit : inside the published range. azimuth_deg : over the ground; turn_deg, turn_m_s, turn_kg : dog-leg that the
        site's limits ask for and its price.
    """

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

    @property
    def by_energy(self) -> NDArray[np.bool_]:
        """Whether the scheme can gain the phase and the propellant suffices."""
        in_reach = (self.found.phase_rad >= self.low_rad) & (self.found.phase_rad <= self.high_rad)
        return np.asarray(in_reach & (self.margin_kg >= 0.0))


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
    asked = _Asked(question, scheme, origin, choices, ascending)
    lanes = _lanes(asked, t_s, near_rad)
    prices = _prices(asked, lanes)
    azimuth = _inertial_azimuth_rad(question, origin, lanes.liftoff_s, ascending)
    sets = [item.element_set for item in choices]
    sun = light(
        question.pad, origin, lanes.liftoff_s, sets, lanes.found.station, scheme.transfer.transit_s, azimuth
    )  # fmt: skip
    columns: dict[str, Floats] = {
        "liftoff_sigma_s": _spread_s(asked, lanes),
        "azimuth_deg": azimuth / DEG,
        "phasing_height_km": _phasing_height_km(asked, lanes),
    }
    opens, closes = _width_s(question, scheme, lanes)
    aside = _beside(question, scheme, lanes, prices["delta_v_m_s"]) if question.allowance.offset_s is not None else {}
    rows: list[dict[str, Any]] = []
    for k, choice in enumerate(choices):
        when = origin + float(lanes.liftoff_s[k])
        why = _why_not(question, scheme, lanes, k, choice)
        is_shut = bool(why) or opens[k] > closes[k]
        row: dict[str, Any] = {
            "_t_s": float(lanes.liftoff_s[k]),
            "liftoff_utc": when.iso(),
            "scheme": scheme.name,
            "docking_utc": (when + scheme.transfer.transit_s).iso(),
            "approach_delta_v_m_s": APPROACH_DELTA_V_M_S,
            "feasible": not why,
            "why_not": why,
            "direction": "ascending" if ascending else "descending",
            "insertion_utc": (when + question.insertion.time_from_liftoff_s).iso(),
            "published_limit_source": scheme.limit,
            "delta_v_is_estimate": True,
            "window_open_utc": None if is_shut else (when + float(opens[k])).iso(),
            "window_close_utc": None if is_shut else (when + float(closes[k])).iso(),
            **{name: _number(values[k]) for name, values in (columns | prices | aside).items()},
            **_lane_keys(asked, lanes, k),
            **_light_keys(sun, k),
            **_lead_keys(question),
            "element_set_epoch_utc": choice.element_set.epoch.iso(),
            "element_set_age_days": round(choice.age_s / DAY, 3),
            "warnings": list(choice.warnings),
        }
        rows.append({key: row[key] for key in KEYS if key in row})
    return rows


def _lanes(asked: _Asked, t_s: Floats, near_rad: Floats) -> _Lanes:
    """Each lift-off at the second it waits for, with all that follows from the second alone."""
    question, scheme, origin, insertion = asked.question, asked.scheme, asked.origin, asked.question.insertion
    sets = [item.element_set for item in asked.choices]
    transfers = [scheme.transfer] * len(sets)

    def crossed(liftoff_s: Floats, phase_rad: Floats) -> Crossings:
        return crossings(
            sets, question.pad, insertion, transfers, origin, liftoff_s, ascending=asked.ascending, near_rad=phase_rad
        )

    found = crossed(t_s, near_rad)
    far = reach(question, scheme, found.station, found.phase_rad)
    wait = wait_for_phase_s(scheme, found.station, found.phase_rad, far.early_s, far.late_s)
    liftoff = t_s + wait
    if np.any(wait != 0.0):
        found = crossed(liftoff, found.phase_rad)
    cost, _, _ = transfer_cost_m_s(scheme, insertion, found.station, found.phase_rad, far.left_to_ship_s(wait))
    low, high = energy_window_rad(scheme, insertion, found.station)
    _, declination = pad_directions_rad(question.pad, origin, liftoff)
    azimuth = ground_azimuth_rad(insertion, declination, ascending=asked.ascending) / DEG
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


def _prices(asked: _Asked, lanes: _Lanes) -> dict[str, Floats]:
    """What the lift-offs cost ship and launcher, at their second and a minute beside it, by the keys of a row."""
    question, wait = asked.question, lanes.wait_s
    to_ship = lanes.reach.left_to_ship_s(wait)

    def cost_m_s(offset_s: Floats) -> tuple[Floats, Floats, Floats]:
        found = lanes.found
        return transfer_cost_m_s(asked.scheme, question.insertion, found.station, found.phase_rad, offset_s)

    cost, leaving, detour = cost_m_s(to_ship)
    late_kg, early_kg = (launcher_kg(question, wait + x) - launcher_kg(question, wait) for x in (MINUTE, -MINUTE))
    return {
        "delta_v_m_s": cost,
        "leaving_plane_m_s": leaving,
        "leaving_plane_launcher_kg": launcher_kg(question, wait - to_ship),
        "phase_detour_m_s": detour,
        "minute_late_m_s": cost_m_s(to_ship + MINUTE)[0] - cost,
        "minute_early_m_s": cost_m_s(to_ship - MINUTE)[0] - cost,
        "minute_late_launcher_kg": late_kg,
        "minute_early_launcher_kg": early_kg,
    }


def _spread_s(asked: _Asked, lanes: _Lanes) -> Floats:
    """1 sigma of the lift-off, s (lane,): the lead, the phase and its count of turns, the node of the set."""
    sigma = np.array([item.phase_sigma_rad for item in asked.choices])
    age_days = np.array([item.age_s for item in asked.choices]) / DAY
    slope, floor = seconds_per_rad(lanes.found.station), asked.scheme.transfer.phase_floor_rad
    phase = lanes.found.phase_rad
    # a phase near the edge of its count may belong to the next turn, 176 s of lift-off away
    turned = ndtr((floor - phase) / sigma) + ndtr((phase - floor - TWO_PI) / sigma)
    lead_s = asked.question.lead.sigma_s
    return np.asarray(
        np.sqrt(lead_s**2 + (slope * sigma) ** 2 + (TWO_PI * slope) ** 2 * turned + (NODE_SIGMA_S_DAY * age_days) ** 2)
    )


def _phasing_height_km(asked: _Asked, lanes: _Lanes) -> Floats:
    """Mean height of the phasing orbit over the equatorial radius, km (lane,); nan where the scheme has none."""
    transfer, found = asked.scheme.transfer, lanes.found
    if not transfer.parking_revolutions:
        return np.full(len(lanes.wait_s), np.nan)
    axis_m = phasing_semi_major_axis_m(transfer, asked.question.insertion, found.station, found.phase_rad)
    return np.asarray((axis_m - WGS84_SEMI_MAJOR_AXIS_M) / KM)


def _lane_keys(asked: _Asked, lanes: _Lanes, k: int) -> dict[str, Any]:
    """Phase, plane, limits and dog-leg of one lane."""
    scheme, found, insertion = asked.scheme, lanes.found, asked.question.insertion
    offset_s = float(found.wait_s[k]) - asked.question.lead.lead_s
    first, width = scheme.published_from_rad, scheme.published_width_rad
    return {
        "phase_deg": round(float(found.phase_rad[k]) / DEG, 3),
        "phase_sigma_deg": round(asked.choices[k].phase_sigma_rad / DEG, 3),
        "plane_offset_s": round(-offset_s, 2) + 0.0,
        "propellant_margin_kg": round(float(lanes.margin_kg[k]), 1),
        "open_by_energy": bool(lanes.by_energy[k]),
        "open_by_published_limit": bool(lanes.by_limit[k]),
        "ground_azimuth_deg": round(float(lanes.azimuth_deg[k]), 2),
        "energy_window_deg": [round(float(x[k]) / DEG, 2) for x in (lanes.low_rad, lanes.high_rad)],
        "published_window_deg": [round(first / DEG, 2), round((first + width) / DEG, 2)],
        "dogleg_deg": round(float(lanes.turn_deg[k]), 2),
        "dogleg_m_s": round(float(lanes.turn_m_s[k]), 1),
        "dogleg_kg": round(float(lanes.turn_kg[k]), 1),
        "inclination_offset_deg": round((insertion.inclination_rad - float(found.station.inclination_rad[k])) / DEG, 4),
    }


def _lead_keys(question: Launch) -> dict[str, Any]:
    """The lead that is flown, and what it costs beside the launcher's optimum."""
    lead, price = question.lead, question.price
    lost = None if price is None else _number(price.payload_lost_kg(np.array([lead.lead_s]))[0])
    return {
        "lead_s": lead.lead_s,
        "lead_programme": lead.programme,
        "optimum_lead_s": OPTIMUM_LEAD.lead_s if price is None else price.optimum_lead_s,
        "lead_beside_optimum_kg": lost,
    }


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


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2) + 0.0


def _why_not(question: Launch, scheme: Scheme, lanes: _Lanes, k: int, choice: ElementChoice) -> str:
    if choice.phase_sigma_rad / DEG > UNKNOWN_PHASE_DEG:
        return "phase unknown"
    phase = float(lanes.found.phase_rad[k]) / DEG
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
