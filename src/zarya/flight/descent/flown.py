"""The way down, pure JAX: deorbit burn and coast, entry, parachutes, touchdown."""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp

from zarya.arrays import Index, Scalar, Vector3
from zarya.dynamics.state import State
from zarya.flight.descent.deorbit import deorbit
from zarya.flight.descent.entry import enter
from zarya.flight.descent.fall import Descent, Marks, Trace, airspeed_m_s, climb_m_s
from zarya.flight.descent.parachutes import descend
from zarya.flight.phase import Outcome
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.gnc.entry import BankProgram


class DescentLog(eqx.Module):
    """Instants (s from the flight's epoch), places and loads of one descent.

    Parameters
    ----------
    ignition_s, cutoff_s, separation_s, parachute_s, landing_s : () s.
    latitude_rad, longitude_rad : () of the touchdown, WGS84.
    marks : the other instants, the entry, the peaks.
    parachute_speed_m_s, descent_speed_m_s : () airspeed at the parachute command; sink just over the ground.
    separation_r_gcrf, separation_v_gcrf : (3,) m, m/s, where the three modules part.
    outcome : () `Outcome`: FLYING where the module is down, NOT_CONVERGED where it never came down in the time allowed.
    entry, chutes : samples every 5 s and every 10 s.
    """

    ignition_s: Scalar
    cutoff_s: Scalar
    separation_s: Scalar
    parachute_s: Scalar
    landing_s: Scalar
    latitude_rad: Scalar
    longitude_rad: Scalar
    marks: Marks
    parachute_speed_m_s: Scalar
    descent_speed_m_s: Scalar
    separation_r_gcrf: Vector3
    separation_v_gcrf: Vector3
    outcome: Index
    entry: Trace
    chutes: Trace

    def instants_s(self) -> dict[str, Scalar]:
        """Instants in order by the names of the timeline, s from the flight's epoch."""
        return {
            "deorbit_ignition": self.ignition_s,
            "deorbit_cutoff": self.cutoff_s,
            "module_separation": self.separation_s,
            "entry_interface": self.marks.interface_s,
            "guidance": self.marks.guidance_s,
            "peak_load": self.marks.peak_load_s,
            "parachute": self.parachute_s,
            "main_parachute": self.marks.main_s,
            "landing": self.landing_s,
        }


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
        parachute_s=opened.t_s,
        landing_s=landed.state.t_s + braked,
        latitude_rad=latitude,
        longitude_rad=longitude,
        marks=replace(fallen.marks, main_s=landed.marks.main_s),
        parachute_speed_m_s=speed,
        descent_speed_m_s=sink,
        separation_r_gcrf=separated.r_gcrf,
        separation_v_gcrf=separated.v_gcrf,
        outcome=jnp.where(is_down, Outcome.FLYING, Outcome.NOT_CONVERGED),
        entry=entry,
        chutes=chutes,
    )
