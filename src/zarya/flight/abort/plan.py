"""Aborts from a flown ascent, on the host: where each begins, with what, and all of them flown at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.dynamics.state import State
from zarya.flight import descent as home
from zarya.flight.abort.escape import FAIRING, ORBIT, SEPARATION, TOWER, Escape, Motor
from zarya.flight.abort.flown import FALL, LOWEST_M, MOTOR, Abort, AbortLog, Climb, climb_to_orbit, coast_until, fly
from zarya.flight.ascent import AscentLog, AscentPlan
from zarya.flight.descent.fall import Descent
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.plan import planned_program
from zarya.flight.phase import Handover
from zarya.frames.geodetic import up_itrf
from zarya.gnc.entry import BankProgram
from zarya.programs import program
from zarya.units import DEG, KM
from zarya.vehicles.quantity import leaf
from zarya.vehicles.ship import ShipData

type Floats = NDArray[np.float64]

IGNITION_TO_LANDING_S: Final = 2_000.0
"""After an abort to orbit: first guess of the time from deorbit ignition to the landing."""
AIMINGS: Final = 3
"""Corrections of the ignition."""
AHEAD_RAD: Final = 4.0 * DEG
"""The landing is aimed one revolution and this arc after the pad: the steppe between Don and Volga for Baikonur."""
SINK_M_S: Final = (3.0, 15.0)
"""A descent has landed when it meets the ground under its main parachute."""
_DOWNRANGE_S: Final = 118.0
_NO_MOTOR: Final = Motor(0.0, 0.0, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class AscentPath:
    """An ascent from the pad to the separation of the ship.

    Parameters
    ----------
    t_s : (node,) s after lift-off. r_gcrf, v_gcrf : (node, 3) m, m/s. axis_gcrf : (node, 3) thrust axis.
    plan : what was flown.
    """

    t_s: Floats
    r_gcrf: Floats
    v_gcrf: Floats
    axis_gcrf: Floats
    plan: AscentPlan

    @property
    def end_s(self) -> float:
        """Separation of the ship, s after lift-off."""
        return float(self.t_s[-1])

    def at(self, at_s: float) -> tuple[Floats, Floats, Floats]:
        """Position m, velocity m/s and axis at `at_s`; before lift-off the pad turns with the Earth. All gcrf."""
        if at_s > 0.0:
            r = CubicHermiteSpline(self.t_s, self.r_gcrf, self.v_gcrf)(at_s)
            v, axis = (np.stack([np.interp(at_s, self.t_s, row) for row in x.T]) for x in (self.v_gcrf, self.axis_gcrf))
            return r, v, axis / np.linalg.norm(axis)
        earth = self.plan.earth
        turned = np.asarray(earth.dcm_itrf_from_gcrf(jnp.asarray(at_s)).T @ earth.dcm_itrf_from_gcrf(jnp.asarray(0.0)))
        return turned @ self.r_gcrf[0], turned @ self.v_gcrf[0], turned @ self.axis_gcrf[0]

    def downrange(self) -> Floats:
        """Unit vector of the ground track at the pad, (3,)."""
        r, _, _ = self.at(min(_DOWNRANGE_S, self.end_s))
        up = self.r_gcrf[0] / np.linalg.norm(self.r_gcrf[0])
        omega = np.asarray(self.plan.omega_gcrf)
        moved = r - self.r_gcrf[0] - min(_DOWNRANGE_S, self.end_s) * np.cross(omega, self.r_gcrf[0])
        level = moved - (moved @ up) * up
        return np.asarray(level / np.linalg.norm(level))


@dataclass(frozen=True)
class Flown:
    """Aborts flown from one ascent, arrays (abort,).

    Parameters
    ----------
    at_s : s after lift-off. modes : name of each. height_m, speed_m_s : at the abort, speed over the ground.
    peak_load_g, apogee_m, parachute_s, landing_s, latitude_rad, longitude_rad : of the abort.
    ballistic : the same without lift, where the mode has lift; of an abort to orbit, without the burn and lift.
    perigee_m : reached with the ship's engine over the equatorial radius, nan where it was not tried.
    """

    at_s: Floats
    modes: tuple[str, ...]
    height_m: Floats
    speed_m_s: Floats
    peak_load_g: Floats
    apogee_m: Floats
    parachute_s: Floats
    landing_s: Floats
    latitude_rad: Floats
    longitude_rad: Floats
    ballistic: AbortLog
    perigee_m: Floats
    is_down: NDArray[np.bool_]


def ascent_path(plan: AscentPlan, handover: Handover, log: AscentLog) -> AscentPath:
    """The path of a flown ascent, with the cut-off and the separation as its last nodes."""
    history = log.history
    rows = [np.asarray(x) for x in (history.t_s, history.r_gcrf, history.v_gcrf, history.axis_gcrf)]
    for state in (log.course.cutoff, handover.ship):
        last = (np.asarray(state.t_s), np.asarray(state.r_gcrf), np.asarray(state.v_gcrf), rows[3][-1])
        rows = [np.concatenate([row, one[None]]) for row, one in zip(rows, last, strict=True)]
    keep = np.concatenate([[True], np.diff(rows[0]) > 1e-3])
    t, r, v, axis = (row[keep] for row in rows)
    return AscentPath(t, r, v, axis, plan)


def abort_from(
    escape: Escape, shared: Descent, mode: str, at_s: float, r_gcrf: Floats, v_gcrf: Floats, axis_gcrf: Floats,
    downrange: Floats,
) -> Abort:  # fmt: skip
    """An abort of a given mode from a state.

    **Model** tower and fairing motors end in a ballistic fall (the head section lets the module go without a guided
    entry); after the fairing is gone the module is let go at once and flies with its lift up.
    """
    motor = {TOWER: escape.tower, FAIRING: escape.fairing}.get(mode, _NO_MOTOR)
    across = downrange - (downrange @ axis_gcrf) * axis_gcrf
    across /= max(float(np.linalg.norm(across)), 1e-6)
    thrust_axis = np.cos(motor.tilt_rad) * axis_gcrf + np.sin(motor.tilt_rad) * across
    has_motor = mode in (TOWER, FAIRING)
    at_rest = v_gcrf + 1e-3 * axis_gcrf  # so that still air has a direction on the pad
    mass = motor.inert_kg if has_motor else float(shared.module.mass_kg)

    return Abort(
        start=State(
            leaf(at_s), jnp.asarray(r_gcrf), jnp.asarray(at_rest), jnp.asarray([motor.propellant_kg]), leaf(mass)
        ),
        axis_gcrf=jnp.asarray(thrust_axis / np.linalg.norm(thrust_axis)),
        vacuum_n=leaf(motor.vacuum_n),
        exit_area_m2=leaf(motor.exit_area_m2),
        flow_kg_s=leaf(motor.flow_kg_s),
        drag_area_m2=leaf(escape.drag_area_m2),
        lift=leaf(0.0 if has_motor else 1.0),
        stage=leaf(MOTOR if has_motor else FALL),
    )


@program
def fly_lanes(shared: Descent, aborts: Abort) -> AbortLog:
    """Aborts side by side: every field of `aborts` has a leading axis (abort,)."""
    log: AbortLog = jax.vmap(lambda one: fly(shared, one))(aborts)
    return log


@program
def _climb_lanes(shared: Descent, ships: State, thrust_n: Any, flow_kg_s: Any, keep_kg: Any) -> Climb:
    climbs: Climb = jax.vmap(lambda one: climb_to_orbit(shared, one, thrust_n, flow_kg_s, keep_kg))(ships)
    return climbs


@program
def _home_lanes(shared: Descent, ships: State, ignition_s: Any, program: BankProgram) -> DescentLog:
    def one(ship: State, t_s: Any) -> DescentLog:
        return home.fly(shared, coast_until(shared, ship, t_s), program)

    logs: DescentLog = jax.vmap(one)(ships, ignition_s)
    return logs


def swept(path: AscentPath, escape: Escape, shared: Descent, ship: ShipData, at_s: Sequence[float] | Floats) -> Flown:
    """Aborts at every instant of `at_s` (s after lift-off, negative on the pad), flown in one batch.

    **Model** the mode by the clock of the launcher (`Escape.mode`); in the last, an orbit where the ship's own engine
    reaches one and keeps its deorbit reserve. From there the ship comes home at the end of the first revolution, one
    turn of the Earth west of the pad, with the catalog's deorbit burn.
    """
    times = np.asarray(at_s, dtype=np.float64)
    modes = [escape.mode(float(t)) for t in times]
    downrange = path.downrange()
    states = [path.at(float(t)) for t in times]
    lanes: Abort = _stacked(
        [
            abort_from(escape, shared, mode, float(t), *state, downrange)
            for mode, t, state in zip(modes, times, states, strict=True)
        ]
    )
    log = fly_lanes(shared, lanes)
    without = fly_lanes(shared, eqx.tree_at(lambda x: x.lift, lanes, jnp.zeros_like(lanes.lift)))
    found = {
        name: np.array(getattr(log, name))
        for name in ("peak_load_g", "apogee_m", "parachute_s", "landing_s", "latitude_rad", "longitude_rad", "is_down")
    }
    perigee = np.full(times.size, np.nan)
    late = np.array([k for k, mode in enumerate(modes) if mode == SEPARATION], dtype=int)
    if late.size:
        reached, perigee[late], landed = _by_orbit(path, shared, ship, times[late], [states[k] for k in late])
        for row, k in enumerate(late[reached]):
            assert landed is not None
            modes[k] = ORBIT
            found["apogee_m"][k] = np.nan
            found["peak_load_g"][k] = float(np.asarray(landed.marks.peak_load_g)[row])
            for name in ("parachute_s", "landing_s", "latitude_rad", "longitude_rad"):
                found[name][k] = float(np.asarray(getattr(landed, name))[row])
            sink = float(np.asarray(landed.descent_speed_m_s)[row])
            found["is_down"][k] = SINK_M_S[0] < sink < SINK_M_S[1]
    ground = [v - np.cross(np.asarray(path.plan.omega_gcrf), r) for r, v, _ in states]
    return Flown(
        at_s=times,
        modes=tuple(modes),
        height_m=np.asarray(_heights_m(shared, lanes.start)),
        speed_m_s=np.linalg.norm(np.array(ground), axis=1),
        ballistic=without,
        perigee_m=perigee,
        **found,
    )


def _by_orbit(
    path: AscentPath, shared: Descent, ship: ShipData, times: Floats, states: list[tuple[Floats, Floats, Floats]]
) -> tuple[NDArray[np.intp], Floats, DescentLog | None]:
    """Which of the late aborts reach an orbit (indices), the perigee of each, and how those come home."""
    loaded, thrust = ship.propellant_kg.value, ship.engine.thrust_kn.value * KM
    flow = thrust / (ship.engine.isp_s.value * STANDARD_GRAVITY_M_S2)
    number = [leaf(x) for x in (thrust, flow, ship.deorbit_reserve_kg)]
    inert = leaf(ship.mass_kg.value - loaded)
    ships: State = _stacked(
        [
            State(leaf(float(t)), jnp.asarray(r), jnp.asarray(v), jnp.asarray([loaded]), inert)
            for t, (r, v, _) in zip(times, states, strict=True)
        ]
    )
    climbs = _climb_lanes(shared, ships, *number)
    reached = np.flatnonzero(np.asarray(climbs.is_orbit))
    perigee = np.where(np.asarray(climbs.lowest_m) > LOWEST_M, np.asarray(climbs.perigee_m), np.nan)
    if not reached.size:
        return reached, perigee, None
    in_orbit: State = jax.tree.map(lambda leaf: leaf[reached], climbs.ship)
    r, v = np.asarray(in_orbit.r_gcrf), np.asarray(in_orbit.v_gcrf)
    gm = float(shared.gravity.gm_m3_s2)
    axis = 1.0 / (2.0 / np.linalg.norm(r, axis=1) - np.sum(v**2, axis=1) / gm)
    period = 2.0 * np.pi * np.sqrt(axis**3 / gm)
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    ignition = period - IGNITION_TO_LANDING_S
    for _ in range(AIMINGS):
        log = _home_lanes(shared, in_orbit, jnp.asarray(ignition), planned_program(ship))
        ignition += (AHEAD_RAD + _short_rad(shared, path, log, normal)) / (2.0 * np.pi) * period
    return reached, perigee, _home_lanes(shared, in_orbit, jnp.asarray(ignition), planned_program(ship))


def _short_rad(shared: Descent, path: AscentPath, log: DescentLog, normal: Floats) -> Floats:
    """Arc in the orbital plane from the landings on to the pad as it stood at lift-off, -pi to pi."""
    itrf = np.asarray(jax.vmap(up_itrf)(log.latitude_rad, log.longitude_rad))
    dcm = np.asarray(jax.vmap(shared.air.earth.dcm_itrf_from_gcrf)(log.landing_s))
    place = np.einsum("kji,kj->ki", dcm, itrf)
    pad = path.r_gcrf[0] / np.linalg.norm(path.r_gcrf[0])
    across, along = np.sum(normal * np.cross(place, pad), axis=1), place @ pad
    return np.asarray(np.arctan2(across, along))


@program
def _heights_m(shared: Descent, states: State) -> Any:
    return jax.vmap(lambda t, r: shared.air.at(t, r)[3])(states.t_s, states.r_gcrf)


def _stacked(lanes: Sequence[Abort | State]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.asarray(np.stack([np.asarray(leaf) for leaf in leaves])), *lanes)
