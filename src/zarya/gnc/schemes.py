"""Rendezvous schemes: how long, which phases they can gain and at what price, and the launcher's lead for each ship.

An estimate for planning; the planner of `zarya.flight` burns and counts for one flight.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S, GM_EARTH_EGM2008_M3_S2, WGS84_FLATTENING, WGS84_SEMI_MAJOR_AXIS_M
from zarya.errors import InputError
from zarya.gnc.ascent_price import ascent_price
from zarya.gnc.launch_instant import SCHEMES, Insertion, Lead, Transfer, soyuz_insertion, steering_leads
from zarya.gnc.plane_crossing import TWO_PI, MeanPlanes, node_drifts
from zarya.orbits.tle import WGS72_OBLATENESS
from zarya.units import DEG, KM
from zarya.vehicles.launcher import LauncherData

type Floats = NDArray[np.float64]

AIM_BEFORE_CONTACT_S: Final = 36.0 * 60.0
"""The plans end at the aim point, 3 km behind and 1 km below the station, this long before contact."""
AIM_BELOW_M: Final = 4_000.0
"""Mean semi-major axis of the aim below the station's: turning with the station h = 1 km below takes a = r - 4 h."""
_RENDEZVOUS_S: Final = 8_340.0
_RENDEZVOUS_RANGE_M: Final = 478_000.0
"""Soyuz MS-03's plan: the autonomous rendezvous begins 2 h 19 min before docking, its first burn 478 km behind."""
APPROACH_DELTA_V_M_S: Final = 18.0
"""Aim to contact, fly-around included: 15-20 m/s (assumed; no published figure)."""
OPTIMUM_LEAD: Final = Lead(222.0, 30.0, "optimum of the ascent, not calibrated")
"""Minimum-propellant lead of the Soyuz ascent (218-222 s); flown leads of other programmes are 35-45 s shorter."""
_BORROWED_SIGMA_S: Final = 5.0
"""Added for a lead lent from a sister programme: the calibrated ones differ by 2 to 10 s."""


@dataclass(frozen=True)
class Scheme:
    """A rendezvous scheme and the phases it serves.

    Parameters
    ----------
    name, orbits : as on the command line.
    transfer : times and phase count for the node drift.
    first_burn_s : s after insertion, earliest first burn (assumed).
    published_from_rad, published_width_rad : rad, the operational range of phase at insertion.
    limit : where the width and the place come from.
    wait_s : s, the launcher may lift off this much later than the plane to come into the range.
    """

    name: str
    orbits: int
    transfer: Transfer
    first_burn_s: float
    published_from_rad: float
    published_width_rad: float
    limit: str
    wait_s: float = 0.0


_WIDTHS: Final = (
    "width: Rossiyskaya Gazeta; place: holds the most flown lift-offs, else nearest the energy window's middle"
)
_NEVER_FLOWN: Final = "width: an estimate, never flown; place: the middle of the energy window"
ALL_SCHEMES: Final[tuple[Scheme, ...]] = (
    Scheme("1-orbit", 1, SCHEMES[1], 600.0, 8.1 * DEG, 1.0 * DEG, _NEVER_FLOWN),
    Scheme("2-orbit", 2, SCHEMES[2], 2_400.0, 13.9 * DEG, 6.0 * DEG, _WIDTHS, wait_s=25.0),
    Scheme("4-orbit", 4, SCHEMES[4], 2_400.0, 20.5 * DEG, 22.0 * DEG, _WIDTHS),
    Scheme("34-orbit", 34, SCHEMES[34], 15_950.0, 223.0 * DEG, 150.0 * DEG, _WIDTHS),
)  # fmt: skip
"""First burns: 2 and 4 orbits 40 min after insertion, 34 orbits after 3 revolutions (NASA: in
orbits 3 and 4), one orbit 10 min (the others assumed).
Published widths 6, 22, 150 deg carry no edges. They are placed where they hold the most of the 48 open flights
(docs/validation/windows.md): two orbits were flown from 14.0 to 16.3 deg, four from 22.2 to 36.3, thirty-four from
223 to 397, 3 of 24 of them above this range. Waiting for the two-orbit range is flown once: Progress MS-09, 22 s."""


def schemes_named(name: str) -> tuple[Scheme, ...]:
    """The scheme of this name (`2-orbit`), or every one for `any`."""
    found = tuple(item for item in ALL_SCHEMES if name in (item.name, "any"))
    if not found:
        names = ", ".join(item.name for item in ALL_SCHEMES)
        raise InputError("no such scheme", key="scheme", value=name, remedy=f"Use one of {names}, any.")
    return found


def launcher_lead(launcher: LauncherData, ship: str) -> Lead:
    """The lead of the launcher's steering programme for a ship; where none is calibrated, the optimum, labelled.

    **Model** a lead in the launcher's catalog file comes first; then the calibrated programme of launcher and ship;
    then that of the nearest relative (2.1b as 2.1a; FG and U have one each) with 5 s added to its scatter; then the
    optimum of the launcher's own ascent (`ascent_price`), or of a Soyuz where none has been studied.
    """
    own = launcher.lead_for(ship)
    if own is not None:
        return Lead(own, _BORROWED_SIGMA_S, f"{launcher.name}, catalog")
    leads = steering_leads()
    kind = "cargo" if ship.startswith("progress") else "crew"
    relative = {"soyuz-2.1b": f"soyuz-2.1a-{kind}", "soyuz-fg": "soyuz-fg-crew", "soyuz-u": "soyuz-u-cargo"}
    wanted = f"{launcher.flown_as}-{kind}"
    if wanted in leads:
        return leads[wanted]
    lent = leads.get(relative.get(launcher.flown_as, ""))
    if lent is None:
        price = ascent_price(launcher.flown_as, ship)
        return OPTIMUM_LEAD if price is None else replace(OPTIMUM_LEAD, lead_s=price.optimum_lead_s)
    sigma_s = math.hypot(lent.sigma_s, _BORROWED_SIGMA_S)
    return Lead(
        lent.lead_s, sigma_s, f"{lent.programme}, lent to {wanted}", lent.flights, lent.first_utc, lent.last_utc
    )


def launcher_insertion(launcher: LauncherData, ship: str) -> Insertion:
    """Mean orbit a launcher steers to.

    **Model** every Soyuz: `soyuz_insertion`, on which the leads rest. Others: from the catalog's heights over the
    ellipsoid, perigee near separation; arc from pad to separation in proportion to the time of a Soyuz (assumed).
    """
    soyuz = soyuz_insertion()
    if launcher.name.startswith("soyuz"):
        return soyuz
    orbit = launcher.insertion_for(ship)
    met_s = launcher.programme.insertion_met_s.value
    perigee_m, apogee_m = orbit.perigee_km.value * KM, orbit.apogee_km.value * KM
    inclination = orbit.inclination_deg.value * DEG
    radius_m = WGS84_SEMI_MAJOR_AXIS_M * (1.0 - math.sin(inclination) ** 2 * WGS84_FLATTENING)
    a = radius_m + 0.5 * (perigee_m + apogee_m)
    arc = soyuz.arc_rad * met_s / soyuz.time_from_liftoff_s
    return Insertion(a, 0.5 * (apogee_m - perigee_m) / a, inclination, met_s, arc)


def energy_window_rad(scheme: Scheme, insertion: Insertion, station: MeanPlanes) -> tuple[Floats, Floats]:
    """Least and greatest phase at insertion that the scheme gains without a wasted burn, rad, each (lane,).

    **Model** the ship waits at the insertion height until the first burn, or until half a revolution before the aim;
    one Hohmann transfer between. Outside, the ship would have to climb over the station or dive below its insertion.
    **Ignores** eccentricities, drag, burns at given arguments of latitude.
    """
    a_ship, a_aim = insertion.semi_major_axis_m, station.semi_major_axis_m - AIM_BELOW_M
    n_ship, n_station = _rate(a_ship), _rate(station.semi_major_axis_m)
    a_half = 0.5 * (a_ship + a_aim)
    half_s = math.pi / _rate(a_half)
    gain = (_rate(a_half) - n_station) * half_s
    wait_s = _flight_s(scheme, insertion) - half_s
    return (
        (n_ship - n_station) * np.minimum(scheme.first_burn_s, wait_s) + gain,
        (n_ship - n_station) * wait_s + gain,
    )


def transfer_cost_m_s(
    scheme: Scheme, insertion: Insertion, station: MeanPlanes, phase_rad: Floats, plane_offset_s: Floats
) -> tuple[Floats, Floats, Floats]:
    """Impulse to the aim, of which by leaving the plane, and of which by a phase outside the energy window, m/s.

    Parameters
    ----------
    phase_rad, plane_offset_s : (lane,) phase at insertion, and lift-off minus the in-plane lift-off.

    **Model** raise of the mean radius by tangential burns (Hohmann, both orbits circular), root of the sum of squares
    with the plane change: inclination offset, and node offset of the lift-off times sin i. Two or four impulses cost
    the same to 1 %. Outside the energy window x rad are gained by a detour in height, x a/(1.5 T) more.
    **Valid** an estimate. Soyuz MS-24: 118 m/s by numerical four-impulse plans; 60 s beside the plane 3-4 m/s.
    **Ignores** eccentricity of both orbits (free below 200 km of raise), drag, places of the burns.
    """
    gm = GM_EARTH_EGM2008_M3_S2
    a_ship, a_aim = insertion.semi_major_axis_m, station.semi_major_axis_m - AIM_BELOW_M
    v_ship, v_aim = np.sqrt(gm / a_ship), np.sqrt(gm / a_aim)
    raise_m_s = np.abs(v_ship * (np.sqrt(2.0 * a_aim / (a_ship + a_aim)) - 1.0)) + np.abs(
        v_aim * (1.0 - np.sqrt(2.0 * a_ship / (a_ship + a_aim)))
    )
    tilt = insertion.inclination_rad - station.inclination_rad
    node = EARTH_ROTATION_RAD_S * plane_offset_s * np.sin(station.inclination_rad)
    in_plane = np.hypot(raise_m_s, v_aim * tilt)
    total = np.sqrt(raise_m_s**2 + (v_aim * tilt) ** 2 + (v_aim * node) ** 2)
    low, high = energy_window_rad(scheme, insertion, station)
    outside = np.maximum(np.maximum(low - phase_rad, phase_rad - high), 0.0)
    cruise_s = _flight_s(scheme, insertion) - 0.5 * scheme.first_burn_s
    detour = outside * a_aim / (1.5 * cruise_s)
    return total + detour, total - in_plane, detour


def phasing_semi_major_axis_m(
    transfer: Transfer, insertion: Insertion, station: MeanPlanes, phase_rad: Floats
) -> Floats:
    """Semi-major axis of the two-day phasing orbit as tracking prints it, m (lane,).

    **Model** insertion height for the parking revolutions, then constant until the autonomous rendezvous begins, 2 h
    19 min before docking and 478 km behind. Given as the axis of the Kozai mean motion, which element sets print.
    **Source** MS-03 plan, ESA (blogs.esa.int/thomas-pesquet 2016-11-19).
    **Valid** against first tracked orbits of flown ships: docs/validation/windows.md.
    """
    until = replace(transfer, transit_s=transfer.transit_s - _RENDEZVOUS_S)
    left = phase_rad - _RENDEZVOUS_RANGE_M / station.semi_major_axis_m
    _, a = node_drifts(left, station, insertion, [until] * len(phase_rad))
    _, radius_m, j2 = WGS72_OBLATENESS
    kozai = 0.75 * j2 * (radius_m / a) ** 2 * (3.0 * math.cos(insertion.inclination_rad) ** 2 - 1.0)
    return np.asarray(a * (1.0 - 2.0 / 3.0 * kozai))


def wait_for_phase_s(
    scheme: Scheme,
    station: MeanPlanes,
    phase_rad: Floats,
    early_s: Floats | float = 0.0,
    late_s: Floats | float = 0.0,
) -> Floats:
    """How much later than the plane to lift off so that the phase comes into the published range, s (lane,); else 0.

    `early_s`, `late_s`: how far budgets let the lift-off leave the plane, s, early negative. Late the phase grows,
    early it shrinks; the wait of the scheme itself is always allowed.
    """
    rate = _rate(station.semi_major_axis_m)
    wait = (scheme.published_from_rad - phase_rad) / rate
    ahead = wait + scheme.published_width_rad / rate
    is_late = (wait > 0.0) & (wait <= np.maximum(scheme.wait_s, late_s))
    is_early = (ahead < 0.0) & (ahead >= early_s)
    return np.asarray(np.where(is_late, wait, np.where(is_early, ahead, 0.0)))


def is_in_published_range(scheme: Scheme, phase_rad: Floats) -> NDArray[np.bool_]:
    """Whether the phase, modulo a turn, lies in the published range, (lane,)."""
    past = (phase_rad - scheme.published_from_rad + 1e-9) % TWO_PI
    return np.asarray(past <= scheme.published_width_rad + 1e-9)


def _flight_s(scheme: Scheme, insertion: Insertion) -> float:
    """From insertion to the aim, s."""
    return scheme.transfer.transit_s - insertion.time_from_liftoff_s - AIM_BEFORE_CONTACT_S


def _rate(a_m: Floats | float) -> Floats:
    return np.asarray(np.sqrt(GM_EARTH_EGM2008_M3_S2 / np.asarray(a_m) ** 3))
