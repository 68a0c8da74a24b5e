"""Which burns of the station bring its phase into a launch window, and what the flown ones did.

>>> answer = phase_reboosts("iss", sets, "2023-09-15", "2-orbit")
>>> answer["phase_deg_without"], answer["reboosts"], answer["phase_deg_with"]
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.errors import InputError
from zarya.gnc.element_choice import ElementHistory, choose_element_set, phase_sigma_rad
from zarya.gnc.launch_instant import LaunchInstant, coplanar_instant, mean_plane
from zarya.gnc.plane_crossing import TWO_PI
from zarya.gnc.schemes import Scheme, schemes_named
from zarya.orbits.tle import ElementSet
from zarya.studies.reboosts import Reboost, detect_reboosts
from zarya.studies.windows import Launch, check_satellite, launch
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR, KM
from zarya.vehicles import catalog as vehicles

QUIET_SIGMA_DEG: Final = (
    (0.25, 0.008), (1.0, 0.032), (2.0, 0.074), (3.0, 0.132), (5.0, 0.300), (7.0, 0.546), (10.0, 1.056),
    (14.0, 2.064), (20.0, 4.292), (30.0, 7.590), (45.0, 14.370),
)  # fmt: skip
"""Days ahead and 1 sigma of the station's phase over spans without a burn, deg: drag and its space weather alone.
68.3 % points of the errors of SGP4 over 170 to 1,801 spans of the ISS, 2013-2024 (builders/calibrate_quiet_phase.py);
beyond, in proportion to the square of the time."""
LAST_BURN_BEFORE_S: Final = 7.0 * DAY
"""The last correction is flown this long before launch: 5.8 days before MS-22, 6.9 before MS-24."""
PREPARATION_S: Final = 6.0 * HOUR
"""From the plan to the earliest burn (assumed)."""
LEAST_GAP_S: Final = 2.0 * DAY
"""From the last burn to the launch: element sets are good again after 36 h."""
LARGEST_BURN_M_S: Final = 2.5
"""Flown burns reach 2.0 m/s in 23 min; larger ones are split (assumed)."""
BURN_GAP_S: Final = 2.0 * DAY
THRUST_N: Final = 715.0
"""Of a docked Progress along the velocity: 1.55 mm/s2 of 461 t (1.4-1.9 flown, 1.53 in the burn of 2023-09-08)."""
EXECUTION_SIGMA: Final = 0.02
"""Relative error of a burn: flown against planned gains agree within 5 % (1 sigma assumed)."""
LEAST_MARGIN_DEG: Final = 10.0
"""Aims keep this far from the upper end of a wide range (assumed)."""
_FLOWN_SPAN_S: Final = 30.0 * DAY


@dataclass(frozen=True)
class _Case:
    question: Launch
    scheme: Scheme
    day: Epoch


def phase_reboosts(
    station: str,
    sets: Sequence[ElementSet] | ElementHistory,
    launch_date: str | Epoch,
    scheme: str,
    *,
    site: str = "baikonur-31-6",
    launcher: str = "soyuz-2.1a",
    ship: str = "soyuz-ms",
    thruster_ship: str = "progress-ms",
    as_of: Epoch | None = None,
    target_deg: float | None = None,
    keep_out: Sequence[tuple[Epoch, Epoch]] = (),
    landing: Epoch | None = None,
    thrust_n: float = THRUST_N,
    catalog: str | Path | None = None,
) -> dict[str, Any]:
    """The reboosts that set the phase of a station for a launch.

    Parameters
    ----------
    station, site, launcher, ship : names of the catalog; `thruster_ship` burns, with its small thrusters.
    sets : element sets of the station; those after the launch, or after `as_of`, are not looked at.
    launch_date : a date (`2023-09-15`, the launch of that UTC day) or an instant (the first launch after it).
    scheme : `1-orbit`, `2-orbit`, `4-orbit` or `34-orbit`.
    as_of : the day the plan is made; the last set otherwise.
    target_deg : phase to aim at; otherwise inside the upper end of the published range by two sigmas and 10 deg at
        least, but not past its middle.
    keep_out : spans in which no burn may be made.
    thrust_n : N along the velocity.
    landing : a landing that follows, whose place along the orbit the burns move (`landing_shift_deg`).

    Returns
    -------
    `reboosts` [{`utc`, `delta_v_m_s`, `duration_s`, `propellant_kg`, `altitude_change_km`, `flown`, ...}],
    `phase_deg_without`, `phase_deg_with`, `sigma_deg` (1 sigma of the phase with the burns as planned now),
    `sigma_deg_after_update` (with the last burn sized anew, or a small correction made, seven days before), and what
    the plan rests on.
    Where the phase is in the range without another burn, `reboosts` is the last flown burn of the 30 days before and
    `phase_deg_without` the phase from the sets before it; empty if none was flown.

    **Model** phase from SGP4 of the last set (`coplanar_instant`); a burn turns it by -3 dv/a per second of what is
    left to the launch. The latest allowed burn that suffices; more, earlier, where it would be too large. Burns are
    along the velocity, so the phase can only fall: the next turn is taken where it lies below the target.
    **Ignores** the lower drag at the new height (0.2 deg a week for 2 m/s), attitude limits of the burn.
    """
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    check_satellite(history, station, catalog)
    if scheme == "any":
        raise InputError("one scheme is needed", key="scheme", value=scheme, remedy="Name one, for example 2-orbit.")
    day = launch_date if isinstance(launch_date, Epoch) else _date(launch_date)
    case = _Case(launch(station, site, launcher, ship, catalog=catalog), schemes_named(scheme)[0], day)
    first_guess = _instant(case, choose_element_set(history, min(day, as_of or day)).element_set).liftoff
    limit = min(first_guess, as_of or first_guess)
    known = history.first(history.count_before(limit))
    choice = choose_element_set(known, limit)
    instant = _instant(case, choice.element_set)
    now = as_of or choice.element_set.epoch
    ahead_s = instant.liftoff - choice.element_set.epoch
    first = case.scheme.published_from_rad
    phase = first + (instant.phase_rad - first) % TWO_PI
    is_inside = phase - first <= case.scheme.published_width_rad
    recent = known.between(limit + -(_FLOWN_SPAN_S + 6.0 * DAY), limit)
    flown = [b for b in detect_reboosts(recent) if instant.liftoff - b.epoch < _FLOWN_SPAN_S]
    mass_kg = vehicles.station(station, catalog).mass_kg.value
    exhaust_m_s = vehicles.ship(thruster_ship, catalog).thrusters.isp_s.value * STANDARD_GRAVITY_M_S2

    def burn_row(utc: Epoch, delta_v: float, change_m: float, is_flown: bool, turn_deg: float) -> dict[str, Any]:
        return {
            "utc": utc.iso(),
            "delta_v_m_s": round(delta_v, 3),
            "duration_s": round(delta_v * mass_kg / thrust_n, 1),
            "propellant_kg": round(mass_kg * (1.0 - math.exp(-delta_v / exhaust_m_s)), 1),
            "altitude_change_km": round(change_m / KM, 3),
            "flown": is_flown,
            "thruster": thruster_ship,
            "phase_change_deg": round(turn_deg, 2),
        }

    explained = [_explained(case, known, b, instant) for b in flown]
    flown_rows = [
        burn_row(b.epoch, b.delta_v_m_s, b.altitude_change_m, True, turn - before) | {
            "utc_sigma_s": round(b.sigma_s), "phase_deg_without": round(before, 2), "phase_deg_with": round(turn, 2)
        }
        for b, (before, turn) in zip(flown, explained, strict=True)
    ]  # fmt: skip
    quiet = _quiet_sigma_deg(ahead_s)
    factor = choice.phase_sigma_rad / DEG / (phase_sigma_rad(choice.age_s) / DEG) if choice.warnings else 1.0
    width = case.scheme.published_width_rad
    margin = min(0.5 * width, max(LEAST_MARGIN_DEG, 2.0 * quiet * factor) * DEG)
    target = first + width - margin if target_deg is None else target_deg * DEG
    answer: dict[str, Any] = {
        "station": station,
        "scheme": case.scheme.name,
        "liftoff_utc": instant.liftoff.iso(),
        "published_window_deg": [round(x / DEG, 2) for x in (first, first + case.scheme.published_width_rad)],
        "target_deg": round(target / DEG, 2),
        "element_set_epoch_utc": choice.element_set.epoch.iso(),
        "flown_reboosts": flown_rows,
        "warnings": list(choice.warnings),
        "landing_shift_deg": None,
    }
    if is_inside and target_deg is None:
        last = flown_rows[-1:]
        sigma = quiet * factor
        if 2.0 * sigma * DEG > case.scheme.published_width_rad:
            answer["warnings"].append(
                "inside the range, but 1 sigma is over half its width: plan again nearer to the launch"
            )
        return answer | {
            "reboosts": last,
            "phase_deg_without": last[0]["phase_deg_without"] if last else round(phase / DEG, 2),
            "phase_deg_with": round(phase / DEG, 2),
            "sigma_deg": round(sigma, 3),
            "sigma_deg_after_update": round(sigma, 3),
        }
    axis_m = mean_plane(choice.element_set, instant.insertion).semi_major_axis_m
    wanted = (phase - target) % TWO_PI
    burns = _plan(wanted, axis_m, now, instant.liftoff, keep_out)
    rate = math.sqrt(3.986004418e14 / axis_m**3)
    rows, turned, execution, shift = [], 0.0, 0.0, 0.0
    for when, delta_v in burns:
        turn = 3.0 * delta_v / axis_m * (instant.liftoff - when) / DEG
        turned, execution = turned + turn, math.hypot(execution, EXECUTION_SIGMA * turn)
        if landing is not None:
            shift -= 3.0 * delta_v / axis_m * (landing - when) / DEG
        rows.append(burn_row(when, delta_v, 2.0 * delta_v / rate, False, -turn))
    sigma = math.hypot(quiet * factor, execution)
    last_s = min(instant.liftoff - burns[-1][0], LAST_BURN_BEFORE_S) if burns else ahead_s
    is_late = bool(burns) and instant.liftoff - burns[-1][0] < LAST_BURN_BEFORE_S + DAY
    last_turn = EXECUTION_SIGMA * abs(rows[-1]["phase_change_deg"]) if is_late else 0.0
    return answer | {
        "reboosts": rows,
        "phase_deg_without": round(phase / DEG, 2),
        "phase_deg_with": round(phase / DEG - turned, 2),
        "sigma_deg": round(sigma, 3),
        "sigma_deg_after_update": round(math.hypot(_quiet_sigma_deg(last_s), last_turn), 3),
        "landing_shift_deg": None if landing is None else round(shift, 2),
    }


def _plan(
    wanted_rad: float, axis_m: float, now: Epoch, liftoff: Epoch, keep_out: Sequence[tuple[Epoch, Epoch]]
) -> list[tuple[Epoch, float]]:
    """Burns (instant, m/s) that turn the phase by `wanted_rad`: as late as allowed, and as few."""
    latest_s = liftoff - now - PREPARATION_S  # before lift-off, the earliest burn
    if latest_s < LEAST_GAP_S:
        raise InputError(
            f"no time is left for a burn: {(liftoff - now) / DAY:.1f} days to the launch, "
            f"{(PREPARATION_S + LEAST_GAP_S) / DAY:.2f} are needed",
            key="launch", value=liftoff.iso(), remedy="Plan from older element sets, or for a later launch.",
        )  # fmt: skip
    lead_s = min(LAST_BURN_BEFORE_S, latest_s)
    for count in range(1, 60):
        # the earliest of `count` burns as far back as it takes for none to be larger than the limit
        for back_s in np.arange(lead_s, latest_s + 1.0, 0.25 * DAY):
            spread = [_allowed(liftoff, float(back_s) - k * BURN_GAP_S, keep_out, latest_s) for k in range(count)]
            before = [s for s in spread if s is not None and s >= min(lead_s, LAST_BURN_BEFORE_S) - 1.0]
            if len(before) < count or len({round(s) for s in before}) < count:
                continue
            delta_v = wanted_rad * axis_m / (3.0 * sum(before))
            if delta_v <= LARGEST_BURN_M_S:
                return [(liftoff + -s, delta_v) for s in before]
    raise InputError(
        f"a turn of {wanted_rad / DEG:.0f} deg is beyond burns of {LARGEST_BURN_M_S} m/s in the time left",
        key="launch", value=liftoff.iso(), remedy="Plan from older element sets, or choose another scheme or date.",
    )  # fmt: skip


def _allowed(liftoff: Epoch, before_s: float, keep_out: Sequence[tuple[Epoch, Epoch]], latest_s: float) -> float | None:
    """Seconds before lift-off of the burn, moved to the start of the keep-out it falls in; None if too early then."""
    for start, end in sorted(keep_out, reverse=True):
        if start - liftoff <= -before_s <= end - liftoff:
            before_s = liftoff - start + 60.0
    return before_s if before_s <= latest_s else None


def _explained(case: _Case, known: ElementHistory, burn: Reboost, instant: LaunchInstant) -> tuple[float, float]:
    """Phase (deg) of the launch from the sets before a flown burn, and with the burn added to them."""
    count = known.count_before(burn.epoch + -2.0 * burn.sigma_s)
    if count == 0:
        return math.nan, math.nan
    old = choose_element_set(ElementHistory(known.sets[:count]), burn.epoch + -2.0 * burn.sigma_s).element_set
    without = _instant(case, old)
    axis_m = mean_plane(old, without.insertion).semi_major_axis_m
    before = without.phase_rad / DEG
    turn = 3.0 * burn.delta_v_m_s / axis_m * (instant.liftoff - burn.epoch) / DEG
    return before, before - turn


def _instant(case: _Case, element_set: ElementSet) -> LaunchInstant:
    question = case.question
    return coplanar_instant(
        element_set, question.pad, question.insertion, case.day, case.scheme.transfer, question.lead
    )


def _quiet_sigma_deg(ahead_s: float) -> float:
    days = max(ahead_s / DAY, QUIET_SIGMA_DEG[0][0])
    last_day, last_sigma = QUIET_SIGMA_DEG[-1]
    if days > last_day:
        return last_sigma * (days / last_day) ** 2
    x, y = np.log(np.array(QUIET_SIGMA_DEG)).T
    return float(np.exp(np.interp(math.log(days), x, y)))


def _date(text: str) -> Epoch:
    return Epoch.from_iso(text if "T" in text else f"{text}T00:00:00Z", scale="utc")
