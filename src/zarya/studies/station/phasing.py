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

from zarya.constants import GM_EARTH_EGM2008_M3_S2, STANDARD_GRAVITY_M_S2
from zarya.errors import InputError
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.gnc.launch_instant import LaunchInstant, mean_plane
from zarya.gnc.plane_crossing import TWO_PI
from zarya.gnc.schemes import schemes_named
from zarya.orbits.tle import ElementSet
from zarya.studies.station.next_landing import LandingPass, landing_pass
from zarya.studies.station.outlook import Ahead, Case, Thruster, foreseen, instant_of
from zarya.studies.station.reboost_plan import (
    LAST_BURN_BEFORE_S,
    Burn,
    Forbidden,
    beta_spans,
    planned_burns,
)
from zarya.studies.station.reboosts import Reboost, detect_lowerings, detect_reboosts
from zarya.studies.station.spread import PhaseSpread, phase_spread, quiet_sigma_deg
from zarya.studies.station_sets import station_sets
from zarya.studies.windows.question import launch
from zarya.time import Epoch
from zarya.units import DAY, DEG, KM
from zarya.vehicles import catalog as vehicles

EXECUTION_SIGMA: Final = 0.02
"""Relative error of a burn: flown against planned gains agree within 5 % (1 sigma assumed)."""
LEAST_MARGIN_DEG: Final = 10.0
"""Aims keep this far from the upper end of a wide range (assumed)."""
_AIMS: Final = 9
"""Phases tried inside the range for a landing that follows."""
_FLOWN_SPAN_S: Final = 30.0 * DAY
_SETTLED_S: Final = 6.0 * DAY
"""Sets beside a span that a burn at its edge needs to be found and sized."""


@dataclass(frozen=True)
class NextLanding:
    """A landing that follows: the day it falls on (24 h from its beginning), and the zone of the catalog."""

    day: Epoch
    zone: str = "zhezkazgan"


def phase_reboosts(
    station: str,
    sets: Sequence[ElementSet] | ElementHistory,
    launch_date: str | Epoch,
    scheme: str,
    *,
    site: str = "baikonur-31-6",
    launcher: str = "soyuz-2.1a",
    ship: str = "soyuz-ms",
    thruster: Thruster | None = None,
    as_of: Epoch | None = None,
    target_deg: float | None = None,
    keep_out: Sequence[tuple[Epoch, Epoch] | Forbidden] = (),
    beta_limit_deg: float | None = None,
    landing: NextLanding | None = None,
    catalog: str | Path | None = None,
) -> dict[str, Any]:
    """The reboosts that set the phase of a station for a launch.

    Parameters
    ----------
    station, site, launcher, ship : names of the catalog.
    sets : element sets of the station; the plan does not look at those after the launch, or after `as_of`.
    launch_date : a date (`2023-09-15`, the launch of that UTC day) or an instant (the first launch after it).
    scheme : `1-orbit`, `2-orbit`, `4-orbit` or `34-orbit`.
    thruster : what burns; a docked Progress by default.
    as_of : the day the plan is made; the last set otherwise.
    target_deg : phase to aim at; otherwise inside the upper end of the published range by two sigmas and 10 deg at
        least, but not past its middle.
    keep_out : spans in which no burn may be made, with or without the reason.
    beta_limit_deg : deg, no burn where the Sun stands higher over the plane: the attitude does not allow it.
    landing : a landing that follows, which the burns move along the orbit: the aim is the phase, two updated sigmas
        inside the range, from which the track that day runs nearest to the zone.

    Returns
    -------
    `reboosts` [{`utc`, `delta_v_m_s`, `duration_s`, `propellant_kg`, `altitude_change_km`, `flown`, ...}],
    `phase_deg_without`, `phase_deg_with`, `sigma_deg` (1 sigma of the phase with the burns as planned now),
    `sigma_deg_after_update` (with the last burn sized anew, or a small correction made, seven days before), and what
    the plan rests on: `drag` with its spread by space weather, `flown_reboosts` before, `flown_since` (burns after
    `as_of` that later sets show, against the velocity too, and the phase that came of them), `landing`.
    Where the phase is in the range without another burn, `reboosts` is the last flown burn of the 30 days before and
    `phase_deg_without` the phase from the sets before it; empty if none was flown.

    **Model** phase from SGP4 of the last set (`coplanar_instant`); a burn turns it by -3 dv/a per second of what is
    left to the launch. The latest allowed burn that suffices; more, earlier, where it would be too large. Burns are
    along the velocity, so the phase can only fall: the next turn is taken where it lies below the target.
    **Ignores** the lower drag at the new height (0.2 deg a week for 2 m/s).
    """
    history = station_sets(sets, station, catalog)
    if scheme == "any":
        raise InputError("one scheme is needed", key="scheme", value=scheme, remedy="Name one, for example 2-orbit.")
    day = launch_date if isinstance(launch_date, Epoch) else _date(launch_date)
    thruster = thruster or Thruster()
    isp_s = thruster.isp_s or vehicles.ship(thruster.ship, catalog).thrusters.isp_s.value
    case = Case(
        launch(station, site, launcher, ship, catalog=catalog), schemes_named(scheme)[0], day,
        vehicles.station(station, catalog).mass_kg.value, thruster, isp_s * STANDARD_GRAVITY_M_S2,
    )  # fmt: skip
    ahead = foreseen(case, history, as_of)
    forbidden = [item if isinstance(item, Forbidden) else Forbidden(*item) for item in keep_out]
    if beta_limit_deg is not None:
        forbidden += beta_spans(ahead.choice.element_set, ahead.now, ahead.instant.liftoff, beta_limit_deg)
    is_inside = ahead.phase_rad - case.first_rad <= case.width_rad and target_deg is None
    target = _usual_target_rad(case, ahead.sigma_deg) if target_deg is None else target_deg * DEG
    if landing is not None and target_deg is None and not is_inside:
        target = _target_for_landing_rad(case, ahead, target, forbidden, landing, catalog)
    burns = [] if is_inside else _burns_to(ahead, target, forbidden)
    flown_rows = _flown_before(case, ahead.known, ahead.limit, ahead.instant)
    answer: dict[str, Any] = {
        "station": station,
        "scheme": case.scheme.name,
        "liftoff_utc": ahead.instant.liftoff.iso(),
        "published_window_deg": [round(x / DEG, 2) for x in (case.first_rad, case.first_rad + case.width_rad)],
        "target_deg": round(target / DEG, 2),
        "element_set_epoch_utc": ahead.choice.element_set.epoch.iso(),
        "flown_reboosts": flown_rows,
        "flown_since": _flown_since(case, history, ahead),
        "constraints": [
            {"from_utc": item.start.iso(), "to_utc": item.end.iso(), "reason": item.reason} for item in forbidden
        ],
        "warnings": list(ahead.choice.warnings),
    }
    if is_inside:
        answer |= _inside([row for row in flown_rows if row["delta_v_m_s"] > 0.0][-1:], ahead)
        if 2.0 * ahead.sigma_deg * DEG > case.width_rad:
            answer["warnings"].append(
                "inside the range, but 1 sigma is over half its width: plan again nearer to the launch"
            )
    else:
        answer |= _planned(case, burns, ahead)
    answer["drag"] = _drag(ahead.spread, answer["phase_deg_with"])
    answer["landing"] = None if landing is None else _landing(ahead, burns, landing, catalog)
    answer["landing_shift_deg"] = None if landing is None else answer["landing"]["shift_deg"]
    return answer


def _usual_target_rad(case: Case, sigma_deg: float) -> float:
    """Inside the upper end of the published range by two sigmas and 10 deg at least, but not past its middle."""
    margin = min(0.5 * case.width_rad, max(LEAST_MARGIN_DEG, 2.0 * sigma_deg) * DEG)
    return case.first_rad + case.width_rad - margin


def _burns_to(ahead: Ahead, target_rad: float, forbidden: Sequence[Forbidden]) -> list[Burn]:
    turn = (ahead.phase_rad - target_rad) % TWO_PI
    return planned_burns(turn, ahead.axis_m, ahead.now, ahead.instant.liftoff, forbidden)


def _target_for_landing_rad(
    case: Case, ahead: Ahead, usual_rad: float, forbidden: Sequence[Forbidden], landing: NextLanding,
    catalog: str | Path | None,
) -> float:  # fmt: skip
    """The phase in the range, two updated sigmas from its edges, whose burns bring a track nearest to the zone."""
    first, width = case.first_rad, case.width_rad
    edge = min(0.5 * width, 2.0 * _updated_sigma_deg(ahead.phase_rad - usual_rad) * DEG)
    aims = [usual_rad, *(float(aim) for aim in np.linspace(first + edge, first + width - edge, _AIMS))]
    return min(aims, key=lambda aim: _passed(ahead, _burns_to(ahead, aim, forbidden), landing, catalog).distance_km)


def _inside(last: list[dict[str, Any]], ahead: Ahead) -> dict[str, Any]:
    """The answer where no burn is needed: the last flown one explains the phase."""
    phase_deg = round(ahead.phase_rad / DEG, 2)
    return {
        "reboosts": last,
        "phase_deg_without": last[0]["phase_deg_without"] if last else phase_deg,
        "phase_deg_with": phase_deg,
        "sigma_deg": round(ahead.sigma_deg, 3),
        "sigma_deg_after_update": round(ahead.sigma_deg, 3),
    }


def _planned(case: Case, burns: Sequence[Burn], ahead: Ahead) -> dict[str, Any]:
    """The answer with burns: their rows, the phase they lead to and how well it is known."""
    phase_deg, axis_m, liftoff = ahead.phase_rad / DEG, ahead.axis_m, ahead.instant.liftoff
    rows, turned, execution = [], 0.0, 0.0
    for burn in burns:
        turn = _turn_rad(burn.delta_v_m_s, axis_m, liftoff - burn.epoch) / DEG
        turned, execution = turned + turn, math.hypot(execution, EXECUTION_SIGMA * turn)
        change = 2.0 * burn.delta_v_m_s / math.sqrt(GM_EARTH_EGM2008_M3_S2 / axis_m**3)
        row = _burn_row(case, burn.epoch, burn.delta_v_m_s, change, False, -turn)
        rows.append(row | {"moved_by": burn.moved_by})
    last_s = min(liftoff - burns[-1].epoch, LAST_BURN_BEFORE_S)
    is_late = liftoff - burns[-1].epoch < LAST_BURN_BEFORE_S + DAY
    last_turn = EXECUTION_SIGMA * abs(rows[-1]["phase_change_deg"]) if is_late else 0.0
    return {
        "reboosts": rows,
        "phase_deg_without": round(phase_deg, 2),
        "phase_deg_with": round(phase_deg - turned, 2),
        "sigma_deg": round(math.hypot(ahead.sigma_deg, execution), 3),
        "sigma_deg_after_update": round(math.hypot(quiet_sigma_deg(last_s), last_turn), 3),
    }


def _drag(spread: PhaseSpread, phase_deg: float) -> dict[str, Any]:
    """What drag does to the phase until the launch, and 1 sigma of it by the weather of space."""
    return {
        "turn_deg": round(spread.drag_turn_deg, 2),
        "air_sigma": round(spread.air_sigma, 3),
        "air_sigma_deg": round(spread.air_sigma_deg, 2),
        "phase_deg_thin_air": round(phase_deg - spread.air_sigma_deg, 2),
        "phase_deg_dense_air": round(phase_deg + spread.air_sigma_deg, 2),
    }


def _landing(ahead: Ahead, burns: Sequence[Burn], landing: NextLanding, catalog: str | Path | None) -> dict[str, Any]:
    """The pass over the zone on the day of the landing without and with the burns."""
    without, moved = (_passed(ahead, some, landing, catalog) for some in ((), burns))
    noon = landing.day + 0.5 * DAY
    element_set = ahead.choice.element_set
    sigma = phase_spread(element_set, noon - element_set.epoch).sigma_deg
    return {
        "zone": landing.zone,
        "shift_deg": round(-_fallen_rad(burns, ahead.axis_m, noon) / DEG, 2),
        "pass_utc_without": without.epoch.iso(decimals=0),
        "distance_km_without": round(without.distance_km, 1),
        "pass_utc_with": moved.epoch.iso(decimals=0),
        "distance_km_with": round(moved.distance_km, 1),
        "sigma_deg": round(sigma, 2),
        "sigma_km": round(sigma * moved.km_per_deg, 1),
        "zone_radius_km": vehicles.zone(landing.zone, catalog).radius_km.value,
    }


def _passed(ahead: Ahead, burns: Sequence[Burn], landing: NextLanding, catalog: str | Path | None) -> LandingPass:
    """The pass over the zone of a station that has made these burns."""
    place = vehicles.zone(landing.zone, catalog).geodetic
    return landing_pass(
        ahead.choice.element_set, place, landing.day, lambda at: _fallen_rad(burns, ahead.axis_m, at)
    )  # fmt: skip


def _fallen_rad(burns: Sequence[Burn], axis_m: float, at: Epoch) -> float:
    return math.fsum(_turn_rad(burn.delta_v_m_s, axis_m, max(at - burn.epoch, 0.0)) for burn in burns)


def _updated_sigma_deg(turn_rad: float) -> float:
    """1 sigma of the phase once the last burn is sized anew, deg, for a turn of that size."""
    turn = turn_rad % TWO_PI / DEG
    return math.hypot(quiet_sigma_deg(LAST_BURN_BEFORE_S), EXECUTION_SIGMA * turn)


def _flown_before(case: Case, known: ElementHistory, limit: Epoch, instant: LaunchInstant) -> list[dict[str, Any]]:
    """Burns of the 30 days before that the known sets show, with the phase before and after each."""
    recent = known.between(limit + -(_FLOWN_SPAN_S + _SETTLED_S), limit)
    flown = [b for b in _burns(recent) if instant.liftoff - b.epoch < _FLOWN_SPAN_S]
    return [_explained(case, known, burn, instant) for burn in flown]


def _burns(sets: Sequence[ElementSet]) -> list[Reboost]:
    """Burns along and against the velocity, in order."""
    along = detect_reboosts(sets)
    return sorted([*along, *detect_lowerings(sets, along)], key=lambda burn: burn.epoch)


def _flown_since(case: Case, history: ElementHistory, ahead: Ahead) -> dict[str, Any] | None:
    """Burns after the set of the plan that later sets show, and the phase that came of them; None if there are none.

    `phase_deg_expected` is what the plan would have foreseen, had it known these burns.
    """
    since, planned = ahead.choice.element_set.epoch, ahead.instant.liftoff
    count = history.count_before(planned)
    if count <= history.count_before(since + DAY):
        return None
    choice = choose_element_set(history.first(count), planned)
    came = instant_of(case, choice.element_set)
    span = history.between(since + -_SETTLED_S, planned)
    rows = [_explained(case, history.first(count), burn, came) for burn in _burns(span) if burn.epoch > since]
    turn = round(sum(row["phase_change_deg"] for row in rows), 2)
    phase = round((case.first_rad + (came.phase_rad - case.first_rad) % TWO_PI) / DEG, 2)
    expected = ahead.phase_rad / DEG + turn
    miss = (phase - expected + 180.0) % 360.0 - 180.0
    return {
        "reboosts": rows,
        "phase_change_deg": turn,
        "phase_deg": phase,
        "element_set_epoch_utc": choice.element_set.epoch.iso(),
        "phase_deg_expected": round(expected, 2),
        "miss_in_sigma": round(miss / ahead.sigma_deg, 2),
    }


def _explained(case: Case, known: ElementHistory, burn: Reboost, instant: LaunchInstant) -> dict[str, Any]:
    """A flown burn: phase of the launch from the sets before it, and with the burn added to them."""
    count = known.count_before(burn.epoch + -2.0 * burn.sigma_s)
    before, turn, axis_m = math.nan, math.nan, 0.0
    if count:
        old = choose_element_set(known.first(count), burn.epoch + -2.0 * burn.sigma_s).element_set
        without = instant_of(case, old)
        axis_m = mean_plane(old, without.insertion).semi_major_axis_m
        before = without.phase_rad / DEG
        turn = _turn_rad(burn.delta_v_m_s, axis_m, instant.liftoff - burn.epoch) / DEG
    row = _burn_row(case, burn.epoch, burn.delta_v_m_s, burn.altitude_change_m, True, -turn)
    return row | {
        "utc_sigma_s": round(burn.sigma_s),
        "phase_deg_without": _number(before),
        "phase_deg_with": _number(before - turn),
    }


def _burn_row(
    case: Case, utc: Epoch, delta_v: float, change_m: float, is_flown: bool, turn_deg: float
) -> dict[str, Any]:
    return {
        "utc": utc.iso(),
        "delta_v_m_s": round(delta_v, 3),
        "duration_s": round(abs(delta_v) * case.mass_kg / case.thruster.thrust_n, 1),
        "propellant_kg": round(case.mass_kg * (1.0 - math.exp(-abs(delta_v) / case.exhaust_m_s)), 1),
        "altitude_change_km": round(change_m / KM, 3),
        "flown": is_flown,
        "thruster": case.thruster.ship,
        "phase_change_deg": _number(turn_deg),
    }


def _turn_rad(delta_v_m_s: float, axis_m: float, left_s: float) -> float:
    """How far a burn lets the station fall back in `left_s`, rad."""
    return 3.0 * delta_v_m_s / axis_m * left_s


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 2)


def _date(text: str) -> Epoch:
    return Epoch.from_iso(text if "T" in text else f"{text}T00:00:00Z", scale="utc")
