"""How the end of the flight answers to a burn at any instant: transition matrices along a reference flight."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.surroundings import Surroundings
from zarya.environment.gravity import central_j2_acceleration
from zarya.frames.local import dcm_lvlh_from_gcrf
from zarya.gnc.rendezvous.curvilinear import Offset, offset
from zarya.programs import program

type Point = Float[Array, "6"]
"""Position and velocity, m, m/s, GCRF."""
type Matrix6 = Float[Array, "6 6"]


class Oblate(eqx.Module):
    """The Earth as the matrices see it: gm (m3/s2), radius (m), J2 and the pole in GCRF."""

    gm_m3_s2: Scalar
    radius_m: Scalar
    j2: Scalar
    pole_gcrf: Vector3


def oblate(around: Surroundings, t_s: Scalar) -> Oblate:
    """Centre and J2 of the flight's field with the pole at `t_s`."""
    field = around.field
    return Oblate(field.gm_m3_s2, field.radius_m, field.j2, around.earth.dcm_itrf_from_gcrf(t_s)[2])


def stepped(x: Point, h_s: Scalar, earth: Oblate) -> Point:
    """A coast of one Runge-Kutta step (RK4) of `h_s` under the centre and J2."""

    def rate(x: Point) -> Point:
        pull = central_j2_acceleration(earth.gm_m3_s2, earth.radius_m, earth.j2, x[:3], earth.pole_gcrf)
        return jnp.concatenate([x[3:], pull])

    k1 = rate(x)
    k2 = rate(x + 0.5 * h_s * k1)
    k3 = rate(x + 0.5 * h_s * k2)
    k4 = rate(x + h_s * k3)
    return x + h_s / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


def burnt(x: Point, dv_lvlh: Vector3) -> Point:
    """The same place after an impulse, m/s in the ship's own lvlh."""
    return x.at[3:].add(dcm_lvlh_from_gcrf(x[:3], x[3:]).T @ dv_lvlh)


class Answer(eqx.Module):
    """Derivatives of the offset at the aim along a reference flight.

    Parameters
    ----------
    by_burn : (node, 6, 3) of a velocity step in the ship's own lvlh at each node.
    by_start : (6, 6) of the state at the first node.
    offset : (6,) m, m/s, at the aim in the model of the matrices.
    """

    by_burn: Float[Array, "node 6 3"]
    by_start: Float[Array, "6 6"]
    offset: Float[Array, "6"]


@program
def answer(
    start: Float[Array, "6"],
    step_s: Scalar,
    dv_lvlh: Float[Array, "node 3"],
    station: Float[Array, "6"],
    earth: Oblate,
    near_rad: Scalar,
    *,
    substeps: int = 1,
) -> Answer:
    """Fly impulses at the nodes of a uniform grid under central attraction and J2, with derivatives.

    Parameters
    ----------
    start : (6,) m, m/s, GCRF at the first node; the last node is the aim.
    step_s : () s between the nodes.
    dv_lvlh : (node, 3) m/s, velocity steps in the ship's lvlh at the nodes.
    station : (6,) m, m/s, GCRF at the aim.
    near_rad : () rad, angle ahead of the station at the aim, to half a turn.
    substeps : Runge-Kutta steps between two nodes.

    **Model** RK4 and its exact derivative, chained backwards from the offset at the aim (adjoint): the first-order
    change of the aim by a burn at any node comes out of one pass.
    **Ignores** all but the centre and J2: for derivatives only, the offset itself comes from the full model.
    """
    dt_s = step_s / substeps

    def coast(x: Point) -> Point:
        moved: Point = jax.lax.fori_loop(0, substeps, lambda _, x: stepped(x, dt_s, earth), x)
        return moved

    def forward(x: Point, dv: Vector3) -> tuple[Point, tuple[Point, Matrix6, Matrix6]]:
        after = burnt(x, dv)
        return coast(after), (x, jax.jacfwd(burnt)(x, dv), jax.jacfwd(coast)(after))

    last, (states, jumps, maps) = jax.lax.scan(forward, start, dv_lvlh[:-1])
    end = burnt(last, dv_lvlh[-1])

    def seen(x: Point) -> Offset:
        return offset(x[:3], x[3:], station[:3], station[3:], near_rad)

    by_end = jax.jacfwd(seen)(end)
    by_last = by_end @ jax.jacfwd(burnt)(last, dv_lvlh[-1])

    def backward(by_next: Matrix6, at: tuple[Matrix6, Matrix6]) -> tuple[Matrix6, Matrix6]:
        jump, map_ = at
        by_after = by_next @ map_
        return by_after @ jump, by_after

    by_start, by_after = jax.lax.scan(backward, by_last, (jumps, maps), reverse=True)
    axes = jax.vmap(lambda x: dcm_lvlh_from_gcrf(x[:3], x[3:]).T)(jnp.concatenate([states, last[None]]))
    by_all = jnp.concatenate([by_after, by_end[None]])
    return Answer(jnp.einsum("nij,njk->nik", by_all[:, :, 3:], axes), by_start, seen(end))
