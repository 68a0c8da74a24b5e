"""The modules that do not come home: drag alone, break-up, and their pieces flown to the ground."""

from typing import Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.runge_kutta import step
from zarya.dynamics.state import State
from zarya.flight.descent.fall import Descent, height_m
from zarya.flight.descent.loads import HeldAerodynamics
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.programs import program

STEP_S: Final = 0.5
LONGEST_S: Final = 7_200.0
"""The lightest pieces need most of an hour from 20 km down; what is not down by then is not counted."""


class Piece(eqx.Module):
    """Something that falls to the ground.

    Parameters
    ----------
    t_s, latitude_rad, longitude_rad : () instant (s from the flight's epoch) and place where it lands.
    break_up_s : () when its module came apart. is_down : () whether it landed in the time allowed.
    """

    t_s: Scalar
    latitude_rad: Scalar
    longitude_rad: Scalar
    break_up_s: Scalar
    is_down: Bool[Array, ""]


def fallen(
    descent: Descent, t_s: Scalar, r_gcrf: Vector3, v_gcrf: Vector3, whole_kg_m2: Scalar, piece_kg_m2: Scalar,
    break_up_m: Scalar,
) -> Piece:  # fmt: skip
    """One piece of a module from the separation to the ground.

    Parameters
    ----------
    descent : air, gravity, ground. t_s, r_gcrf, v_gcrf : the modules part, s, m, m/s.
    whole_kg_m2, piece_kg_m2 : m / (C_D A) of the module and of the piece. break_up_m : height over WGS84.

    **Model** drag alone, RK4 of half a second with the air held over a step; the piece is set free at the break-up.
    **Ignores** lift, tumbling, the push of the separation and of the break-up, what burns.
    """

    def flying(at: tuple[State, Scalar, Scalar]) -> Bool[Array, ""]:
        state, height, _ = at
        return (height > descent.ground_m) & (state.t_s < t_s + LONGEST_S)

    def body(at: tuple[State, Scalar, Scalar]) -> tuple[State, Scalar, Scalar]:
        state, height, broken_s = at
        is_whole = height > break_up_m
        middle_r = state.r_gcrf + 0.5 * STEP_S * state.v_gcrf
        density, _, v_air, _ = descent.air.at(state.t_s + 0.5 * STEP_S, middle_r)
        omega = descent.air.earth.omega_earth_gcrf(state.t_s)
        zero = jnp.zeros_like(density)
        drag = 0.5 * density / jnp.where(is_whole, whole_kg_m2, piece_kg_m2)
        load = HeldAerodynamics(drag, zero, zero, omega, v_air - jnp.cross(omega, middle_r))
        after = step(state, jnp.asarray(STEP_S), (descent.gravity, load))
        new = height_m(descent.air, after)
        share = jnp.clip((height - descent.ground_m) / jnp.maximum(height - new, 1e-6), 0.0, 1.0)
        landed = jax.tree.map(lambda a, b: a + jnp.where(new <= descent.ground_m, share, 1.0) * (b - a), state, after)
        return landed, new, jnp.where(is_whole, after.t_s, broken_s)

    start = State(t_s, r_gcrf, v_gcrf, jnp.zeros(1), jnp.ones_like(t_s))
    end, height, broken_s = jax.lax.while_loop(flying, body, (start, height_m(descent.air, start), t_s))
    latitude, longitude, _ = geodetic_from_itrf(descent.air.earth.dcm_itrf_from_gcrf(end.t_s) @ end.r_gcrf)
    return Piece(end.t_s, latitude, longitude, broken_s, height <= descent.ground_m)


@program
def fall_lanes(
    descent: Descent, t_s: Scalar, r_gcrf: Vector3, v_gcrf: Vector3, whole_kg_m2: Float[Array, " piece"],
    piece_kg_m2: Float[Array, " piece"], break_up_m: Scalar,
) -> Piece:  # fmt: skip
    """`fallen` for many pieces set free at one place, (piece,) in every field."""
    return jax.vmap(lambda whole, piece: fallen(descent, t_s, r_gcrf, v_gcrf, whole, piece, break_up_m))(
        whole_kg_m2, piece_kg_m2
    )
