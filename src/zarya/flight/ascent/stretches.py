"""What guidance believes of the flight ahead: stretches of constant thrust of the undispersed launcher."""

import itertools
from typing import Final

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.flight.ascent.plan import Burns
from zarya.vehicles.launcher import Launcher, LauncherData

_COAST_M_S2: Final = 1e-6
"""What guidance takes for the acceleration of a coast: no thrust, and no division by zero."""
_throttle = eqx.filter_jit(lambda launcher, t_s: launcher.throttle_fraction(t_s))


def stretches(data: LauncherData, settled: Launcher, payload_kg: float) -> Burns:
    """Stretches of constant thrust of the undispersed launcher, from shortly before the loop is closed."""
    first = float(jnp.min(settled.separation_s))
    end_s = float(settled.cutoff_s[-1])
    instants = [
        settled.throttle[..., 0],
        settled.ignition_s,
        settled.cutoff_s,
        settled.separation_s,
        settled.jettison_s,
    ]
    flat = np.concatenate([np.asarray(x).ravel() for x in instants])
    edges = np.unique(np.round(np.clip(flat, first - 20.0, end_s), 6))
    t, mass = 0.0, float(settled.liftoff_mass_kg(payload_kg))
    tank = np.asarray(settled.propellant_kg + settled.consumable_kg).copy()
    rows: list[tuple[float, float, float, float]] = []
    everything = np.unique(np.concatenate([[0.0, end_s], np.clip(flat, 0.0, end_s)]))
    dry, item = np.asarray(settled.dry_kg), np.asarray(settled.jettison_kg)
    separation, dropped = np.asarray(settled.separation_s), np.asarray(settled.jettison_s)
    owner = np.asarray(settled.jettison_stage).astype(int)
    thrust, isp = np.asarray(settled.thrust_vacuum_n), np.asarray(settled.isp_vacuum_s)
    for start, stop in itertools.pairwise(everything):
        t = 0.5 * (start + stop)
        on = t < separation
        there = (t < dropped) & np.where(owner < 0, True, on[np.maximum(owner, 0)])
        mass = payload_kg + float(dry @ on + item @ there + tank @ on)
        fraction = np.asarray(_throttle(settled, jnp.asarray(t))) * on
        flow = fraction * (thrust / (isp * STANDARD_GRAVITY_M_S2) + np.asarray(settled.consumable_flow_kg_s))
        force = float(fraction @ thrust)
        if stop > edges[0]:
            exhaust = force / float(flow.sum()) if force > 0.0 else 3000.0
            rows.append((start, stop, exhaust, force / mass if force > 0.0 else _COAST_M_S2))
        tank = tank - flow * (stop - start)
    table = np.array(rows)
    return Burns(*(jnp.asarray(table[:, k]) for k in range(4)))
