"""The way down, pure JAX: deorbit burn and coast, entry, parachutes, touchdown."""

import equinox as eqx
import jax.numpy as jnp

from zarya.arrays import Index, Scalar, Vector3
from zarya.dynamics.state import State
from zarya.flight.descent.deorbit import deorbit
from zarya.flight.descent.entry import INTERFACE_M, enter, entering, entry_step
from zarya.flight.descent.fall import SUTTON_GRAVES, Burn, Descent, Fall, Trace, airspeed_m_s, climb_m_s
from zarya.flight.descent.parachutes import descend
from zarya.flight.phase import Outcome
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.gnc.entry import BankProgram

__all__ = [
    "INTERFACE_M", "SUTTON_GRAVES", "Burn", "Descent", "DescentLog", "Fall", "Trace", "airspeed_m_s", "deorbit",
    "entering", "entry_step", "fly",
]  # fmt: skip


class DescentLog(eqx.Module):
    """Instants (s from the flight's epoch), places and loads of one descent.

    Parameters
    ----------
    ignition_s, cutoff_s, separation_s, interface_s, guidance_s, parachute_s, main_s, landing_s : () s.
    latitude_rad, longitude_rad : () of the touchdown, WGS84.
    entry_angle_rad, entry_speed_m_s : () inertial flight-path angle (negative down) and speed at 100 km.
    peak_load_g, peak_load_s, peak_load_height_m : () the largest load of the air, its instant and height.
    peak_heat_w_m2, heat_load_j_m2 : () at the stagnation point (convective).
    parachute_speed_m_s, descent_speed_m_s : () airspeed at the parachute command; sink just over the ground.
    separation_r_gcrf, separation_v_gcrf : (3,) m, m/s, where the three modules part.
    outcome : () `Outcome`: FLYING where the module is down, NOT_CONVERGED where it never came down in the time allowed.
    entry, chutes : samples every 5 s and every 10 s.
    """

    ignition_s: Scalar
    cutoff_s: Scalar
    separation_s: Scalar
    interface_s: Scalar
    guidance_s: Scalar
    parachute_s: Scalar
    main_s: Scalar
    landing_s: Scalar
    latitude_rad: Scalar
    longitude_rad: Scalar
    entry_angle_rad: Scalar
    entry_speed_m_s: Scalar
    peak_load_g: Scalar
    peak_load_s: Scalar
    peak_load_height_m: Scalar
    peak_heat_w_m2: Scalar
    heat_load_j_m2: Scalar
    parachute_speed_m_s: Scalar
    descent_speed_m_s: Scalar
    separation_r_gcrf: Vector3
    separation_v_gcrf: Vector3
    outcome: Index
    entry: Trace
    chutes: Trace


def fly(descent: Descent, ignition: State, program: BankProgram) -> DescentLog:
    """One descent from ignition to touchdown.

    Parameters
    ----------
    descent : what is shared.
    ignition : the ship at ignition; its one tank holds the propellant.
    program : bank during the entry.

    **Model** thrust constant along a fixed direction (`Burn`); RK4 of 10 s to the separation height, 0.5 s in the entry
    with the air held over a step, 0.25 s under the parachutes; events by linear interpolation within a step.
    **Ignores** the kick of the separation, lift above the guidance height's density (it is negligible), radiative heat.
    """
    cutoff, separated, reached = deorbit(descent, ignition)
    module = descent.module
    start = State(separated.t_s, separated.r_gcrf, separated.v_gcrf, jnp.zeros_like(separated.tank_kg), module.mass_kg)
    fallen, entry = enter(descent, start, program)
    opened = fallen.state
    speed = airspeed_m_s(descent.air, opened)
    landed, chutes = descend(descent, fallen)
    dcm = descent.air.earth.dcm_itrf_from_gcrf(landed.state.t_s)
    latitude, longitude, _ = geodetic_from_itrf(dcm @ landed.state.r_gcrf)
    sink = -climb_m_s(descent.air, landed.state)
    braked = module.soft_landing_height_m * (2.0 / (sink + module.touchdown_speed_m_s) - 1.0 / sink)
    is_down = reached & (fallen.done > 0.5) & (landed.done > 0.5)
    return DescentLog(
        ignition_s=ignition.t_s,
        cutoff_s=cutoff.t_s,
        separation_s=separated.t_s,
        interface_s=fallen.interface_s,
        guidance_s=fallen.guidance_s,
        parachute_s=opened.t_s,
        main_s=landed.main_s,
        landing_s=landed.state.t_s + braked,
        latitude_rad=latitude,
        longitude_rad=longitude,
        entry_angle_rad=fallen.entry_angle_rad,
        entry_speed_m_s=fallen.entry_speed_m_s,
        peak_load_g=fallen.peak_load_g,
        peak_load_s=fallen.peak_load_s,
        peak_load_height_m=fallen.peak_load_height_m,
        peak_heat_w_m2=fallen.peak_heat_w_m2,
        heat_load_j_m2=fallen.heat_load_j_m2,
        parachute_speed_m_s=speed,
        descent_speed_m_s=sink,
        separation_r_gcrf=separated.r_gcrf,
        separation_v_gcrf=separated.v_gcrf,
        outcome=jnp.where(is_down, Outcome.FLYING, Outcome.NOT_CONVERGED),
        entry=entry,
        chutes=chutes,
    )
