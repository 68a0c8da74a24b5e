"""Departure: springs, two separation burns, and the free flight to the deorbit burn, in the full model.

The second burn goes along the orbit, back (the ship runs ahead, below the station) or forward (it falls behind, above):
whichever keeps the ship farther off if burns fail. The first goes along the port's axis, a little turned that way.
"""

import math
from dataclasses import dataclass
from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import Thrust
from zarya.dynamics.picard import arc, evaluation_matrix
from zarya.dynamics.propagate import DEGREE, SWEEPS
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.errors import FlightError
from zarya.flight.approach.plan import PROBE_M
from zarya.flight.phase import Handover
from zarya.flight.stay import docked
from zarya.frames.local import dcm_lvlh_from_gcrf, omega_lvlh_gcrf, relative_lvlh_rotating
from zarya.programs import program
from zarya.tables import UniformTable, cubic_table
from zarya.units import DAY, KM
from zarya.vehicles.departure import Departure
from zarya.vehicles.ship import Ship, ShipData
from zarya.vehicles.station import Port, Station

type Floats = NDArray[np.float64]

ARC_S: Final = 1_800.0
SAMPLE_S: Final = 30.0
SAMPLES: Final = 60
"""In every arc, however short."""
AROUND_IGNITION_S: Final = 1_800.0
"""The ship's path is kept as a table so long before and after the expected ignition."""
WATCH_S: Final = DAY
"""How long a ship whose burns failed is followed."""
WATCH_ARCS: Final = 48
SHORTEST_COAST_S: Final = 300.0
"""Between the second burn and the table around the ignition."""
FAILURES: Final = ((1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (0.5, 1.0), (1.0, 0.5))
"""Parts made of the two burns, one lane each: all well; first, second, both missed; first, second cut off at half."""


class DeparturePlan(eqx.Module):
    """A departure ready to fly.

    Parameters
    ----------
    station, around : the station's path and the forces. ship, leaving, port : numbers of the vehicles.
    undocking_s, ignition_s : () s, physical separation; expected ignition of the deorbit burn.
    second_m_s : () m/s along the velocity, negative for back. part : (2,) of each burn that is made.
    arcs : of the coast after the burns, none longer than `ARC_S`.
    """

    station: StationPath
    around: Surroundings
    ship: Ship
    leaving: Departure
    port: Port
    undocking_s: Scalar
    ignition_s: Scalar
    second_m_s: Scalar
    part: Float[Array, "2"]
    arcs: int = eqx.field(static=True)


class DepartureLog(eqx.Module):
    """What a departure leaves behind.

    Parameters
    ----------
    burn_s, burn_lasts_s, burn_kg : (2,) ignition s, length s, propellant kg of the two burns.
    burn_dv_lvlh : (2, 3) m/s.
    path : states (sample,), 60 in each arc; the watch of a day behind the ignition included.
    r_rel_lvlh : (sample, 3) m, v_rel_lvlh : (sample, 3) m/s, from the station's centre in its turning frame.
    """

    burn_s: Float[Array, "2"]
    burn_lasts_s: Float[Array, "2"]
    burn_kg: Float[Array, "2"]
    burn_dv_lvlh: Float[Array, "2 3"]
    path: State
    r_rel_lvlh: Float[Array, "sample 3"]
    v_rel_lvlh: Float[Array, "sample 3"]


class _Leg(eqx.Module):
    duration_s: Scalar
    newton: Scalar
    flow_kg_s: Scalar
    direction_lvlh: Vector3


def fly(plan: DeparturePlan, at: Handover) -> tuple[Handover, DepartureLog]:
    """Leave the port, fly past the expected ignition, and on for a day to see what a drifting ship does.

    Parameters
    ----------
    plan : from `prepare`. at : the docked ship; only its masses are read, its place is the port's.

    Returns the ship half an hour before the expected ignition, and the log.

    **Model** thrusters of constant thrust in fixed directions of the turning lvlh; gravity field, Sun, Moon and drag as
    for every orbit. **Ignores** plume forces on the station, attitude motion.
    """
    ship, leaving = plan.ship, plan.leaving
    start = docked(
        plan.station, plan.port, jnp.asarray(PROBE_M), plan.undocking_s, jnp.sum(at.ship.tank_kg), at.ship.inert_kg,
        leaving.push_off_m_s,
    )  # fmt: skip
    legs, (lasts, flow, directions) = _legs(plan, start.mass_kg)
    loads = orbital_loads(plan.around, ship.drag_area_m2 * ship.drag_coefficient)
    gm = plan.around.field.gm_m3_s2
    matrix = jnp.asarray(evaluation_matrix(DEGREE, np.arange(SAMPLES) / SAMPLES))

    def one(state: State, leg: _Leg) -> tuple[State, tuple[State, State]]:
        dcm = dcm_lvlh_from_gcrf(state.r_gcrf, state.v_gcrf)
        thrust = Thrust(
            leg.newton, dcm.T @ leg.direction_lvlh, omega_lvlh_gcrf(state.r_gcrf, state.v_gcrf), state.t_s,
            leg.flow_kg_s[None],
        )  # fmt: skip
        end, nodes = arc(state, leg.duration_s, (*loads, thrust), gm, degree=DEGREE, sweeps=SWEEPS)
        return end, (state, jax.tree.map(lambda leaf: jnp.tensordot(matrix, leaf, axes=1), nodes))

    _, (starts, path) = jax.lax.scan(one, start, legs)
    flat: State = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), path)
    r_rel, v_rel = jax.vmap(
        lambda t, r, v: relative_lvlh_rotating(r, v, plan.station.r_gcrf(t), plan.station.v_gcrf(t))
    )(flat.t_s, flat.r_gcrf, flat.v_gcrf)
    before: State = jax.tree.map(lambda leaf: leaf[4 + plan.arcs], starts)
    mass = jnp.stack([start.mass_kg, start.mass_kg - lasts[0] * flow[0]])
    exhaust = STANDARD_GRAVITY_M_S2 * ship.thruster_isp_s
    made = -exhaust * jnp.log1p(-lasts * flow / mass)
    log = DepartureLog(
        plan.undocking_s + jnp.stack([leaving.first_burn_after_s, leaving.second_burn_after_s]),
        lasts,
        lasts * flow,
        made[:, None] * directions,
        flat,
        r_rel,
        v_rel,
    )
    return Handover(before, before.r_gcrf, before.v_gcrf, at.outcome), log


def _legs(plan: DeparturePlan, mass_kg: Scalar) -> tuple[_Leg, tuple[Array, Array, Array]]:
    """Coast, burn, coast, burn, coasts to the table, the table, the watch; length, flow, direction of the burns."""
    leaving, ship = plan.leaving, plan.ship
    exhaust = STANDARD_GRAVITY_M_S2 * ship.thruster_isp_s
    first_n = mass_kg * leaving.first_burn_m_s / leaving.first_burn_s
    second_n = leaving.second_burn_thrusters * ship.thruster_thrust_n
    newton = jnp.stack([first_n, second_n])
    flow = newton / exhaust
    full = jnp.stack([leaving.first_burn_s, mass_kg * -jnp.expm1(-jnp.abs(plan.second_m_s) / exhaust) / flow[1]])
    lasts = plan.part * full
    axis, along = plan.port.axis_lvlh, jnp.sign(plan.second_m_s) * jnp.array([1.0, 0.0, 0.0])
    gap = leaving.second_burn_after_s - leaving.first_burn_after_s - lasts[0]
    rest = plan.ignition_s - AROUND_IGNITION_S - plan.undocking_s - leaving.second_burn_after_s - lasts[1]
    coasts = jnp.full(plan.arcs, rest / plan.arcs)
    durations = jnp.concatenate(
        [
            jnp.stack([leaving.first_burn_after_s, lasts[0], gap, lasts[1]]),
            coasts,
            jnp.full(2 + WATCH_ARCS, ARC_S),
        ]
    )
    count = durations.shape[0]
    on = jnp.zeros((count, 2)).at[1, 0].set(1.0).at[3, 1].set(1.0)
    across = along - jnp.sum(along * axis) * axis
    tilt = leaving.first_burn_tilt_rad
    first = jnp.cos(tilt) * axis + jnp.sin(tilt) * across
    directions = jnp.stack([first / jnp.linalg.norm(first), along])
    legs: _Leg = jax.vmap(_Leg)(durations, on @ newton, on @ flow, on @ directions)
    return legs, (lasts, flow, directions)


@program
def fly_lanes(
    plan: DeparturePlan, at: Handover, second_m_s: Float[Array, " lane"], part: Float[Array, "lane 2"]
) -> DepartureLog:
    """Departures side by side that differ in the second burn and in what is made of the two."""

    def one(size: Scalar, made: Float[Array, "2"]) -> DepartureLog:
        return fly(eqx.tree_at(lambda p: (p.second_m_s, p.part), plan, (size, made)), at)[1]

    return jax.vmap(one)(second_m_s, part)


@dataclass(frozen=True)
class Failure:
    """Burns made in part (1 whole, 0 missed): the nearest the ship comes again within a day, m, and when, s."""

    part: tuple[float, float]
    nearest_m: float
    at_s: float


@dataclass(frozen=True)
class Departed:
    """A departure that was flown.

    Parameters
    ----------
    log : of the nominal lane. path : (6,) position and velocity around the ignition, every 30 s.
    clear_s : s, when the ship leaves the keep-out sphere for good. distance_m : m from the station at ignition.
    failures : what happens when burns fail, the nominal drift without a deorbit burn first.
    """

    log: DepartureLog
    path: UniformTable
    clear_s: float
    distance_m: float
    failures: tuple[Failure, ...]

    @property
    def propellant_kg(self) -> float:
        """Used by both burns, kg."""
        return float(np.sum(np.asarray(self.log.burn_kg)))


def depart(
    craft: ShipData, leaving: Departure, station: Station, port: Port, path: StationPath, around: Surroundings,
    at: Handover, undocking_s: float, ignition_s: float, wanted_m: float,
) -> Departed:  # fmt: skip
    """Plan and fly a departure that has the ship `wanted_m` from the station at the ignition. Host side.

    Parameters
    ----------
    craft, leaving, station, port : numbers of the vehicles. path, around : must reach a day beyond the ignition.
    at : the docked ship. undocking_s, ignition_s : s. wanted_m : m.

    Raises
    ------
    FlightError : no second burn up to 5 m/s brings the ship to that distance, or it stays in the keep-out sphere.

    **Model** the second burn by secant on the distance, both signs; the sign whose failed cases stay farther is taken.
    """
    coast_s = ignition_s - AROUND_IGNITION_S - undocking_s - float(leaving.second_burn_after_s)
    if coast_s < SHORTEST_COAST_S:
        raise FlightError(
            f"{(ignition_s - undocking_s) / 60.0:.0f} min from the undocking to the deorbit burn are "
            f"{(SHORTEST_COAST_S - coast_s) / 60.0:.0f} min too few"
        )
    plan = DeparturePlan(
        path,
        around,
        craft.pytree(),
        leaving,
        port,
        jnp.asarray(undocking_s),
        jnp.asarray(ignition_s),
        jnp.asarray(-1.0),
        jnp.ones(2),
        math.ceil(coast_s / ARC_S),
    )
    lanes = len(FAILURES)
    whole = jnp.asarray(np.ones((lanes, 2)))
    trial = np.array([-1.0, -1.5, -2.0, 1.0, 1.5, 2.0])
    distance = _distance_m(fly_lanes(plan, at, jnp.asarray(trial), whole), ignition_s)
    found = []
    for sign in (-1.0, 1.0):
        side = np.sign(trial) == sign
        low, high = float(trial[side][0]), float(trial[side][-1])
        d_low, d_high = float(distance[side][0]), float(distance[side][-1])
        for _ in range(4):
            size = low + (wanted_m - d_low) * (high - low) / (d_high - d_low)
            size = sign * float(np.clip(abs(size), 0.05, 5.0))
            log = fly_lanes(plan, at, jnp.asarray(np.full(lanes, size)), jnp.asarray(FAILURES))
            low, d_low, high, d_high = high, d_high, size, float(_distance_m(log, ignition_s)[0])
            if abs(d_high - wanted_m) < 1.0 or high == low:
                break
        failures = _failures(log, undocking_s)
        if abs(d_high - wanted_m) < 0.01 * wanted_m:
            found.append((min(failure.nearest_m for failure in failures), d_high, log, failures))
    if not found:
        raise FlightError(f"no second separation burn up to 5 m/s brings the ship {wanted_m / KM:.0f} km away in time")
    _, distance_m, log, failures = max(found, key=lambda item: item[0])
    own: DepartureLog = jax.tree.map(lambda leaf: np.asarray(leaf)[0], log)
    radius = float(station.keep_out_radius_m)
    away = np.linalg.norm(np.asarray(own.r_rel_lvlh), axis=1)
    t_s = np.asarray(own.path.t_s)
    inside = np.flatnonzero((away < radius) & (t_s < ignition_s))
    last = int(inside[-1])
    if last + 1 >= np.count_nonzero(t_s < ignition_s):
        raise FlightError("the ship does not leave the keep-out sphere before the deorbit burn")
    share = (radius - away[last]) / (away[last + 1] - away[last])
    clear_s = float(t_s[last] + share * (t_s[last + 1] - t_s[last]))
    return Departed(own, _table(own, plan.arcs), clear_s, distance_m, failures)


def _table(log: DepartureLog, arcs: int) -> UniformTable:
    """The path around the expected ignition: the two arcs of even samples and the first of the next."""
    first = (4 + arcs) * SAMPLES
    nodes = slice(first, first + 2 * SAMPLES + 1)
    r, v = np.asarray(log.path.r_gcrf)[nodes], np.asarray(log.path.v_gcrf)[nodes]
    return cubic_table(float(np.asarray(log.path.t_s)[first]), SAMPLE_S, np.concatenate([r, v], axis=1))


def _distance_m(log: DepartureLog, at_s: float) -> Floats:
    """Distance from the station at an instant, (lane,) m, linear between samples."""
    t_s, away = np.asarray(log.path.t_s), np.linalg.norm(np.asarray(log.r_rel_lvlh), axis=2)
    return np.array([np.interp(at_s, one, far) for one, far in zip(t_s, away, strict=True)])


def _failures(log: DepartureLog, undocking_s: float) -> tuple[Failure, ...]:
    """Closest return of each lane within a day: after the distance has had its first maximum."""
    found = []
    for lane, part in enumerate(FAILURES):
        t_s = np.asarray(log.path.t_s)[lane]
        away = np.linalg.norm(np.asarray(log.r_rel_lvlh)[lane], axis=1)
        watched = t_s <= undocking_s + WATCH_S
        t_s, away = t_s[watched], away[watched]
        falls = np.flatnonzero(np.diff(away) < -1e-3)
        after = int(falls[0]) if falls.size else len(away) - 1
        nearest = after + int(np.argmin(away[after:]))
        found.append(Failure(part, float(away[nearest]), float(t_s[nearest])))
    return tuple(found)
