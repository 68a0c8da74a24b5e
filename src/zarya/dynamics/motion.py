"""The equation of motion, once: every phase, every body, every propagator comes through here."""

import abc

import equinox as eqx
import jax.numpy as jnp

from zarya.arrays import Scalar
from zarya.dynamics.state import Force, Rate, State


class Load(eqx.Module):
    """Anything that pulls or pushes: gravity, drag, thrust, lift, a parachute."""

    @abc.abstractmethod
    def force(self, t_s: Scalar, state: State) -> Force:
        """Force (N, GCRF) on the body and flow from its tanks at `t_s`."""

    @abc.abstractmethod
    def held(self, t_s: Scalar, state: State) -> "Load":
        """The same load with its slow part evaluated here and frozen, for one step of a multi-rate integration.

        A load without a slow part returns itself.
        """


def derivative(t_s: Scalar, state: State, loads: tuple[Load, ...]) -> Rate:
    """Newton's second law in GCRF: the sum of the loads over the mass, and the flow from the tanks.

    Parameters
    ----------
    t_s : () s, TAI seconds from the flight's epoch (loads look up the date here, not in `state`).
    state : the body.
    loads : what acts on it, gravity included (as mass times acceleration).
    """
    newton = jnp.zeros_like(state.r_gcrf)
    flow = jnp.zeros_like(state.tank_kg)
    for load in loads:
        acting = load.force(t_s, state)
        newton = newton + acting.newton_gcrf
        flow = flow + acting.tank_rate_kg_s
    return Rate(state.v_gcrf, newton / state.mass_kg, flow)


def held(loads: tuple[Load, ...], t_s: Scalar, state: State) -> tuple[Load, ...]:
    """Every load with its slow part frozen at `t_s`, `state`."""
    return tuple(load.held(t_s, state) for load in loads)
