"""Fixed-step Runge-Kutta, for phases that decide something every step: ascent, docking, entry."""

import jax
import jax.numpy as jnp

from zarya.arrays import Scalar
from zarya.dynamics.motion import Load, derivative, held
from zarya.dynamics.state import Rate, State


def moved(state: State, rate: Rate, dt_s: Scalar) -> State:
    """The state carried `dt_s` seconds along a constant rate."""
    return State(
        t_s=state.t_s + dt_s,
        r_gcrf=state.r_gcrf + dt_s * rate.v_gcrf,
        v_gcrf=state.v_gcrf + dt_s * rate.a_gcrf,
        tank_kg=state.tank_kg + dt_s * rate.tank_rate_kg_s,
        inert_kg=state.inert_kg,
    )


def step(state: State, dt_s: Scalar, loads: tuple[Load, ...]) -> State:
    """One classical fourth-order step of `derivative`, the slow parts of the loads held at mid-step.

    Parameters
    ----------
    state : start of the step.
    dt_s : () s, step; zero leaves the state as it is, negative runs time backwards.
    loads : what acts; `Load.held` is evaluated once, half a step ahead along the parabola r + v h/2.

    **Model** RK4; local error O(h^5), and O(h^3) times the slow parts' rate of change from holding them.
    **Source** Hairer, Norsett & Wanner, Solving ODEs I, table 1.2.
    """
    half = 0.5 * dt_s
    middle = State(state.t_s + half, state.r_gcrf + half * state.v_gcrf, state.v_gcrf, state.tank_kg, state.inert_kg)
    now = held(loads, middle.t_s, middle)
    k1 = derivative(state.t_s, state, now)
    k2 = derivative(state.t_s + half, moved(state, k1, half), now)
    k3 = derivative(state.t_s + half, moved(state, k2, half), now)
    k4 = derivative(state.t_s + dt_s, moved(state, k3, dt_s), now)
    mean = jax.tree.map(lambda a, b, c, d: (a + 2.0 * b + 2.0 * c + d) / 6.0, k1, k2, k3, k4)
    return moved(state, mean, dt_s)


def run(state: State, duration_s: Scalar, steps: int, loads: tuple[Load, ...]) -> tuple[State, State]:
    """`steps` equal steps over `duration_s`; returns the last state and the (steps,) states after each step."""
    dt_s = jnp.asarray(duration_s) / steps

    def body(at: State, _: None) -> tuple[State, State]:
        after = step(at, dt_s, loads)
        return after, after

    return jax.lax.scan(body, state, None, length=steps)
