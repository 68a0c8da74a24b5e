"""A flight of coasts and finite burns in the full model, as a list of legs scanned by one program."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from zarya.arrays import Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.loads import Thrust
from zarya.dynamics.picard import arc, evaluation_matrix
from zarya.dynamics.state import State
from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings, orbital_loads
from zarya.frames.local import dcm_lvlh_from_gcrf, omega_lvlh_gcrf
from zarya.gnc.rendezvous.curvilinear import Offset, angle_ahead_rad, offset, turned
from zarya.programs import program
from zarya.vehicles.ship import Ship

DEGREE = 20
"""Chebyshev degree of a leg."""
SWEEPS = (8, 6)
"""Picard sweeps after each refresh of the slow forces."""
LONGEST_S = 1_300.0
"""Longest coast leg, s: under a quarter of a revolution."""
SAMPLES = 16
"""Path samples of a leg."""


class Leg(eqx.Module):
    """One leg, or all of them with a leading axis.

    Parameters
    ----------
    slot : burn the leg flies or coasts to; the last slot is the aim.
    parts : equal parts, this one included, left to the ignition; of no meaning for a burn.
    burns : 1 where the engine burns, 0 on a coast.
    """

    slot: Int[Array, "*leg"]
    parts: Float[Array, "*leg"]
    burns: Float[Array, "*leg"]


class Legs(eqx.Module):
    """The order of flight.

    Parameters
    ----------
    rows : the legs, fields (leg,).
    ignition : (slot,) index of each slot's burn leg (for the last slot the number of legs).
    """

    rows: Leg
    ignition: Int[Array, " slot"]


class Burns(eqx.Module):
    """Planned or flown burns and the end of the flight as one more slot without a burn.

    Parameters
    ----------
    centre_t_s : (slot,) s, middle of each burn; the last is the aim.
    dv_lvlh : (slot, 3) m/s in the ship's own lvlh, in which the direction is held; the last is zero.
    """

    centre_t_s: Float[Array, " slot"]
    dv_lvlh: Float[Array, "slot 3"]


class Firing(eqx.Module):
    """How a velocity step is made: thrust (N), duration (s), flow (kg/s), propellant (kg), whether on the engine."""

    newton: Scalar
    duration_s: Scalar
    flow_kg_s: Scalar
    propellant_kg: Scalar
    on_engine: Scalar


class Flown(eqx.Module):
    """Ship after some legs, and its angle ahead of the station followed through whole turns, rad."""

    ship: State
    ahead_rad: Scalar


def legs(start_t_s: float, centre_t_s: np.ndarray) -> Legs:
    """Legs for burns centred at `centre_t_s` (slot,), the last one the aim. Host side.

    Coasts are cut in equal parts no longer than `LONGEST_S`. The longest is cut finer until the count depends on the
    span and the number of slots alone, so that plans share compiled programs.
    """
    spans = np.diff(np.concatenate([[start_t_s], np.asarray(centre_t_s, dtype=np.float64)]))
    parts = np.maximum(1, np.ceil(spans / LONGEST_S)).astype(int)
    most = math.ceil(float(spans.sum()) / LONGEST_S) + 2 * len(parts)
    parts[int(np.argmax(spans))] += 8 * math.ceil(most / 8) - (int(parts.sum()) + len(parts) - 1)
    slot: list[int] = []
    left: list[float] = []
    burn: list[float] = []
    ignition: list[int] = []
    for k, count in enumerate(parts):
        slot += [k] * count
        left += [float(count - i) for i in range(count)]
        burn += [0.0] * count
        ignition.append(len(slot))
        if k < len(parts) - 1:
            slot.append(k)
            left.append(1.0)
            burn.append(1.0)
    rows = [jnp.asarray(np.array(row)) for row in (slot, left, burn, ignition)]
    return Legs(Leg(rows[0], rows[1], rows[2]), rows[3])


def firing(dv_m_s: Scalar, mass_kg: Scalar, ship: Ship) -> Firing:
    """Burn for a velocity step: on the engine, or on the aft thrusters where the engine's least burn is longer.

    **Model** rocket equation at constant thrust; a step under the thrusters' least pulse is not made.
    """
    g0 = STANDARD_GRAVITY_M_S2

    def on(thrust_n: Scalar, isp_s: Scalar) -> tuple[Scalar, Scalar, Scalar]:
        propellant = mass_kg * -jnp.expm1(-dv_m_s / (g0 * isp_s))
        flow = thrust_n / (g0 * isp_s)
        return propellant / flow, flow, propellant

    long_s, flow, used = on(ship.engine_thrust_n, ship.engine_isp_s)
    thrusters_n = ship.thruster_aft_count * ship.thruster_thrust_n
    short_s, small_flow, small_used = on(thrusters_n, ship.thruster_isp_s)
    large = long_s >= ship.engine_minimum_burn_s
    made = large | (short_s >= ship.thruster_minimum_pulse_s)

    def choice(engine: Scalar, thrusters: Scalar) -> Scalar:
        return jnp.where(made, jnp.where(large, engine, thrusters), 0.0)

    return Firing(
        choice(ship.engine_thrust_n, thrusters_n),
        choice(long_s, short_s),
        choice(flow, small_flow),
        choice(used, small_used),
        jnp.where(large, 1.0, 0.0),
    )


def firing_of(dv_lvlh: Vector3, state: State, ship: Ship) -> Firing:
    """`firing` of a vector, cut off when the tanks of `state` run dry."""
    full = firing(jnp.sqrt(jnp.sum(dv_lvlh**2)), state.mass_kg, ship)
    left_kg = jnp.maximum(jnp.sum(state.tank_kg), 0.0)
    used_kg = jnp.minimum(full.propellant_kg, left_kg)
    part = jnp.where(
        full.propellant_kg > left_kg, used_kg / jnp.where(full.propellant_kg > 0, full.propellant_kg, 1.0), 1.0
    )
    return Firing(full.newton, part * full.duration_s, full.flow_kg_s, used_kg, full.on_engine)


def thrust_of(dv_lvlh: Vector3, state: State, fire: Firing, on: Scalar) -> Thrust:
    """The engine over a burn that starts at `state`, its direction held in the turning lvlh; `on` is 1 or 0."""
    size = jnp.sqrt(jnp.sum(dv_lvlh**2))
    direction = jnp.where(size > 0.0, dv_lvlh / jnp.where(size > 0.0, size, 1.0), jnp.array([1.0, 0.0, 0.0]))
    in_lvlh = dcm_lvlh_from_gcrf(state.r_gcrf, state.v_gcrf)
    share = state.tank_kg / jnp.maximum(jnp.sum(state.tank_kg), 1e-9)
    return Thrust(
        newton=on * fire.newton,
        direction_gcrf=in_lvlh.T @ direction,
        turn_gcrf=omega_lvlh_gcrf(state.r_gcrf, state.v_gcrf),
        start_s=state.t_s,
        flow_kg_s=on * fire.flow_kg_s * share,
    )


def fly_leg(
    at: Flown, leg: Leg, burns: Burns, ship: Ship, station: StationPath, around: Surroundings
) -> tuple[Flown, State]:
    """Fly one leg; returns where it ends and the states at its nodes.

    Parameters
    ----------
    at : start. leg : one leg. burns : what to do.
    ship : numbers of the vehicle. station, around : the station's path and the forces.
    """
    state = at.ship
    dv = burns.dv_lvlh[leg.slot]
    fire = firing_of(dv, state, ship)
    coast_s = (burns.centre_t_s[leg.slot] - 0.5 * fire.duration_s - state.t_s) / leg.parts
    duration_s = jnp.where(leg.burns > 0.0, fire.duration_s, coast_s)
    thrust = thrust_of(dv, state, fire, leg.burns)
    loads = (*orbital_loads(around, ship.drag_area_m2 * ship.drag_coefficient), thrust)
    end, path = arc(state, duration_s, loads, around.field.gm_m3_s2, degree=DEGREE, sweeps=SWEEPS)
    seen = angle_ahead_rad(end.r_gcrf, station.r_gcrf(end.t_s), station.v_gcrf(end.t_s))
    return Flown(end, turned(seen, at.ahead_rad)), path


def begun(state: State, station: StationPath, near_rad: Scalar) -> Flown:
    """Start of a flight, its angle ahead of the station on the revolution nearest to `near_rad`."""
    seen = angle_ahead_rad(state.r_gcrf, station.r_gcrf(state.t_s), station.v_gcrf(state.t_s))
    return Flown(state, turned(seen, near_rad))


def offset_of(at: Flown, station: StationPath) -> Offset:
    """Offset of the ship from the station, (6,) m, m/s, on its revolution."""
    t_s, ship = at.ship.t_s, at.ship
    return offset(ship.r_gcrf, ship.v_gcrf, station.r_gcrf(t_s), station.v_gcrf(t_s), at.ahead_rad)


@program
def flown(
    start: Flown, order: Legs, burns: Burns, ship: Ship, station: StationPath, around: Surroundings
) -> tuple[Flown, Flown, State]:
    """Fly all legs; returns the end, the start of each leg (leg,) and path samples (leg, sample)."""
    at_samples = jnp.asarray(evaluation_matrix(DEGREE, np.arange(SAMPLES) / SAMPLES))

    def one(at: Flown, leg: Leg) -> tuple[Flown, tuple[Flown, State]]:
        after, path = fly_leg(at, leg, burns, ship, station, around)
        sampled = jax.tree.map(lambda x: jnp.tensordot(at_samples, x, axes=1), path)
        return after, (at, sampled)

    end, (starts, path) = jax.lax.scan(one, start, order.rows)
    return end, starts, path
