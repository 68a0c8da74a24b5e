"""Authority: Curtis, Orbital Mechanics for Engineering Students, p. 332, and Orekit's Clohessy-Wiltshire matrices."""

import json
import math
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from zarya.gnc.proximity import required_velocity, transition_lvlh, transition_rtn

CASES = json.loads((Path(__file__).parents[2] / "authorities/relative_motion/clohessy_wiltshire.json").read_text())
RTN_FROM_LVLH = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def test_orekit_transition_matrices_over_eight_hours():
    case = CASES["CW_matrices_orekit"]
    n = math.sqrt(3.986004415e14 / case["r_target_m"] ** 3)
    phi = transition_rtn(jnp.asarray(n), jnp.asarray(float(case["dt_s"])))
    for block, printed in ((phi.rr, "PhiRR"), (phi.rv, "PhiRV"), (phi.vr, "PhiVR"), (phi.vv, "PhiVV")):
        np.testing.assert_allclose(block, np.array(case[printed], dtype=float), rtol=1e-10, atol=1e-14)


def test_curtis_two_impulses_of_a_rendezvous():
    case = CASES["CW_two_impulse_Curtis_p332"]
    n, dt = jnp.asarray(case["n_rad_s"]), jnp.asarray(float(case["dt_s"]))
    r0 = jnp.asarray(RTN_FROM_LVLH.T @ np.array(case["r0_m"], dtype=float))
    v0 = jnp.asarray(RTN_FROM_LVLH.T @ np.array(case["v0_ms"], dtype=float))
    leaving = required_velocity(n, dt, r0, jnp.zeros(3))
    phi = transition_lvlh(n, dt)
    arriving = phi.vr @ r0 + phi.vv @ leaving
    np.testing.assert_allclose(RTN_FROM_LVLH @ (leaving - v0), case["dv1"], rtol=1e-10)
    np.testing.assert_allclose(RTN_FROM_LVLH @ -arriving, case["dv2"], rtol=1e-8)
