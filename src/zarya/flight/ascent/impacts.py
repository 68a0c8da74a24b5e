"""Where the spent parts come down: ballistic fall with drag from the instant they were thrown off."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.constants import MEAN_RADIUS_EARTH_M
from zarya.dynamics.loads import CentralGravity
from zarya.dynamics.motion import Load
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import Force, State
from zarya.environment.atmosphere import us76
from zarya.flight.ascent.log import Parted
from zarya.flight.ascent.plan import AscentPlan
from zarya.flight.ascent.stack import local
from zarya.frames import geodetic_from_itrf
from zarya.programs import program
from zarya.vehicles.launcher import LauncherData

BALLISTIC_KG_M2: Final = {"booster": 240.0, "core": 155.0, "upper": 155.0, "part": 35.0, "escape_tower": 475.0}
"""Assumed m / (Cd A), from the shapes of the Soyuz parts with Cd = 1: a tumbling body of revolution shows pi/4 of its
side (strap-on 4.7 t, 26 m2; core 8 t, 65 m2; tower 2.85 t, 8 m2), a fairing half of 700 kg about 20 m2. No figure is
public; halving or doubling it moves the strap-ons by -52 or +34 km, the others by up to 41 km."""
_STEP_S: Final = 1.0
_STEPS: Final = 1500


class _Falling(Load):
    """Drag of a tumbling body in the turning air, at a constant ballistic coefficient."""

    pole_gcrf: Vector3
    omega_gcrf: Vector3
    ballistic_kg_m2: Scalar

    def force(self, t_s: Scalar, state: State) -> Force:
        v_air = state.v_gcrf - jnp.cross(self.omega_gcrf, state.r_gcrf)
        air = us76(local(state.r_gcrf, self.pole_gcrf).height_m)
        a = -0.5 * air.density_kg_m3 / self.ballistic_kg_m2 * jnp.linalg.norm(v_air) * v_air
        return Force(state.mass_kg * a, jnp.zeros_like(state.tank_kg))

    def held(self, t_s: Scalar, state: State) -> Load:
        return self


class Impacts(eqx.Module):
    """Impact points, (part,): s after lift-off, geodetic rad, m along the ellipsoid's mean sphere from the pad."""

    t_s: Float[Array, " part"]
    latitude_rad: Float[Array, " part"]
    longitude_rad: Float[Array, " part"]
    downrange_m: Float[Array, " part"]


def ballistic_coefficients(launcher: LauncherData) -> Float[Array, " part"]:
    """Assumed coefficients in the order of `Parted`, (part,) kg/m2."""
    stages = [BALLISTIC_KG_M2[stage.role] for stage in launcher.stage[:-1]]
    parts = [BALLISTIC_KG_M2.get(name, BALLISTIC_KG_M2["part"]) for name in launcher.jettison_names]
    return jnp.asarray(np.array(stages + parts))


@program
def impacts(plan: AscentPlan, parted: Parted, ballistic_kg_m2: Float[Array, " part"]) -> Impacts:
    """Fall of every part to height zero; nan for what does not come down within 25 minutes.

    **Model** RK4 at 1 s, centre and J2, US76 in the turning air without wind, constant m / (Cd A).
    **Valid** as a check of drop zones to about 50 km. **Ignores** break-up, lift, attitude, separation impulses, wind.
    """

    def fall(t_s: Scalar, r: Vector3, v: Vector3, ballistic: Scalar) -> tuple[Scalar, Scalar, Scalar, Scalar]:
        pull = CentralGravity(
            plan.field.gm_m3_s2, plan.field.radius_m, plan.field.j2, plan.pole_gcrf, jnp.zeros_like(r)
        )
        loads = (pull, _Falling(plan.pole_gcrf, plan.omega_gcrf, ballistic))
        start = State(t_s, r, v, jnp.zeros(1), jnp.ones(()))

        def down(state: State, _: None) -> tuple[State, None]:
            here = local(state.r_gcrf, plan.pole_gcrf)
            rate = jnp.dot(state.v_gcrf, here.up)
            left = jnp.where(rate < -1.0, -here.height_m / jnp.minimum(rate, -1.0), jnp.inf)
            dt = jnp.where(here.height_m <= 1e-3, 0.0, jnp.minimum(_STEP_S, left))
            return step(state, dt, loads), None

        end, _ = jax.lax.scan(down, start, None, length=_STEPS)
        at = plan.earth.dcm_itrf_from_gcrf(end.t_s) @ end.r_gcrf
        pad = plan.earth.dcm_itrf_from_gcrf(jnp.zeros(())) @ plan.r_pad_gcrf
        latitude, longitude, height = geodetic_from_itrf(at)
        cosine = jnp.dot(at, pad) / (jnp.linalg.norm(at) * jnp.linalg.norm(pad))
        is_down = height < 50.0
        values = (end.t_s, latitude, longitude, MEAN_RADIUS_EARTH_M * jnp.arccos(jnp.clip(cosine, -1.0, 1.0)))
        t, a, b, c = (jnp.where(is_down, x, jnp.nan) for x in values)
        return t, a, b, c

    return Impacts(*jax.vmap(fall)(parted.t_s, parted.r_gcrf, parted.v_gcrf, ballistic_kg_m2))
