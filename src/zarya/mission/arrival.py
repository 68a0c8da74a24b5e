"""When to arrive, if no plan says so: the contact is put where ground stations see it and the Sun lights it."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.station_path import StationPath
from zarya.dynamics.surroundings import Surroundings
from zarya.environment.sunlight import shadow_fraction
from zarya.errors import FlightError
from zarya.flight import phasing
from zarya.flight.phase import Handover
from zarya.gnc.coverage import covered_fraction, ground_visibility
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, Scheme
from zarya.mission.contact import networks
from zarya.mission.scenario import Scenario
from zarya.time import Epoch

FINAL_S: Final = 900.0
"""The stretch before contact that should be seen: from station-keeping on."""
SPREAD_S: Final = 1500.0
"""Contacts this much earlier or later than the scheme's usual transit are considered."""
STEP_S: Final = 60.0
_TRIALS: Final = 4
"""Arrivals that are planned."""
_APART_S: Final = 180.0
"""So far the arrivals that are planned lie from each other."""
_DEAR_M_S: Final = 10.0
"""What a better sight of the arrival may cost (assumed)."""


def choose_contact(
    scenario: Scenario, epoch: Epoch, at: Handover, around: Surroundings, station: StationPath, scheme: Scheme
) -> tuple[float, str]:
    """Contact in seconds from the epoch, and why there.

    **Model** each contact within 25 min of the scheme's usual transit is scored by the share of its last 15 min that
    ground stations of the ship's network see, then by sunlight at contact; the best few are planned and the cheapest
    within 10 m/s of the least is taken, best score first.

    Raises
    ------
    FlightError : none of them can be planned.
    """
    usual = scheme.transfer.transit_s
    candidates = np.arange(usual - SPREAD_S, usual + SPREAD_S + 1.0, STEP_S)
    grid = np.arange(candidates[0] - FINAL_S, candidates[-1] + 1.0, 30.0)
    r_gcrf = jax.vmap(station.r_gcrf)(jnp.asarray(grid))
    r_itrf, lit = _seen_from_ground(around, jnp.asarray(grid), r_gcrf)
    stations, _ = networks(scenario.ship.name)
    seen = ground_visibility(stations, np.asarray(r_itrf))
    scores = []
    for contact in candidates:
        inside = (grid >= contact - FINAL_S) & (grid <= contact)
        scores.append((covered_fraction(seen[:, inside]), float(np.asarray(lit)[inside][-1])))
    ranked = sorted(range(candidates.size), key=lambda k: (scores[k], -abs(candidates[k] - usual)), reverse=True)
    picked: list[int] = []
    for k in ranked:
        if all(abs(candidates[k] - candidates[other]) >= _APART_S for other in picked):
            picked.append(k)
        if len(picked) == _TRIALS:
            break
    numbers = scenario.ship.pytree()
    costs: dict[int, float] = {}
    for k in picked:
        try:
            plan = phasing.prepare(at, station, around, numbers, scheme, float(candidates[k]) - AIM_BEFORE_CONTACT_S)
        except FlightError:
            continue  # the others may serve; none is an error below
        costs[k] = float(plan.burns.total_m_s)
    if not costs:
        raise FlightError(
            f"{scenario.name}: no arrival of the {scheme.orbits}-orbit scheme can be reached; try a longer scheme"
        )
    least = min(costs.values())
    best = next(k for k in picked if k in costs and costs[k] <= least + _DEAR_M_S)
    coverage, sunlight = scores[best]
    why = (
        f"contact chosen at {(epoch + float(candidates[best])).iso('utc', 0)}: ground stations see "
        f"{100.0 * coverage:.0f} % of the last {FINAL_S / 60.0:.0f} min, the Sun is "
        f"{'up' if sunlight > 0.5 else 'down'} at contact, {costs[best]:.1f} m/s to the aim point "
        f"(least of the trials {least:.1f})"
    )
    return float(candidates[best]), why


@jax.jit
def _seen_from_ground(around: Surroundings, t_s: jax.Array, r_gcrf: jax.Array) -> tuple[jax.Array, jax.Array]:
    def one(t: jax.Array, r: jax.Array) -> tuple[jax.Array, jax.Array]:
        return around.earth.dcm_itrf_from_gcrf(t) @ r, shadow_fraction(r, around.ephemeris.sun(t))

    r_itrf, lit = jax.vmap(one)(t_s, r_gcrf)
    return r_itrf, lit
