"""What an ascent is flown from: launcher, pad, air, programme, target."""

from typing import Final

import equinox as eqx
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Tanks, Vector3
from zarya.environment.gravity import GravityField
from zarya.environment.wind import WindProfile
from zarya.frames import EarthOrientation
from zarya.gnc.pitch_programme import PitchProgramme
from zarya.gnc.upfg import Target
from zarya.vehicles.launcher import Launcher

THIN_BOTTOM_M: Final = 80_000.0
THIN_STEP_M: Final = 2_000.0
THIN_NODES: Final = 111
"""Heights of `AscentPlan.thin_air`: 80 to 300 km, above the pad at lift-off."""


class Burns(eqx.Module):
    """What guidance believes of the flight ahead, from the undispersed launcher, one row per constant stretch.

    Parameters
    ----------
    start_s, end_s : (phase,) s after lift-off. exhaust_m_s : (phase,) m/s.
    acceleration_m_s2 : (phase,) m/s2 in vacuum at `start_s`; a coast has a negligible one.
    """

    start_s: Float[Array, " phase"]
    end_s: Float[Array, " phase"]
    exhaust_m_s: Float[Array, " phase"]
    acceleration_m_s2: Float[Array, " phase"]


class AscentPlan(eqx.Module):
    """An ascent ready to fly: a pytree, so that any number in it may be batched.

    Parameters
    ----------
    launcher : as read, undispersed. payload_kg : () kg, ship as loaded. ship_tank_kg : (tank,) kg, inside the payload.
    r_pad_gcrf, v_pad_gcrf : (3,) m, m/s at lift-off.
    pole_gcrf, omega_gcrf : (3,) unit and rad/s, of the Earth in mid-ascent, held.
    earth, field : orientation and gravity. thin_air : (node,) logarithm of the day's density over US76 continued, see
        `THIN_BOTTOM_M`.
    wind : of the day. programme : steering of the first stage. target : cut-off conditions of guidance.
    closed_loop_s : () s, guidance takes over (first separation). separation_delay_s : () s, cut-off to ship separation.
    end_s : () s, tanks empty at the latest. gm_m3_s2 : () of guidance. burns : see `Burns`.
    steps, cycle : integration steps, and steps per call of guidance. parts : equal parts each step is cut into, with
        guidance called at the same instants: shows what the step costs.
    """

    launcher: Launcher
    payload_kg: Scalar
    ship_tank_kg: Tanks
    r_pad_gcrf: Vector3
    v_pad_gcrf: Vector3
    pole_gcrf: Vector3
    omega_gcrf: Vector3
    earth: EarthOrientation
    field: GravityField
    thin_air: Float[Array, " node"]
    wind: WindProfile
    programme: PitchProgramme
    target: Target
    closed_loop_s: Scalar
    separation_delay_s: Scalar
    end_s: Scalar
    gm_m3_s2: Scalar
    burns: Burns
    steps: int = eqx.field(static=True)
    cycle: int = eqx.field(static=True)
    parts: int = eqx.field(static=True, default=1)
