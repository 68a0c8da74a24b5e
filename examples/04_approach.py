"""The approach alone: from 3 km behind and 1 km below the station to the Rassvet port, with perfect navigation."""

import zarya  # noqa: F401, I001  (first: it sets float64 before jax starts)

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.state import State
from zarya.dynamics.surroundings import orbital_loads
from zarya.flight import approach
from zarya.flight.phase import OUTCOMES, Handover, Outcome
from zarya.frames import absolute_from_lvlh_rotating
from zarya.gnc.proximity import perfect_navigation
from zarya.mission.scenario import load
from zarya.mission.setting import prepared
from zarya.units import DEG


def main() -> None:
    setting = prepared(load("soyuz-ms-24"), lambda words: None)
    scenario, station, contact_s = setting.scenario, setting.station, setting.contact_s
    ship, body = scenario.ship.pytree(), scenario.station.pytree()
    port = scenario.station.port_pytree(scenario.port.name)

    start = jnp.asarray(contact_s - approach.AIM_TO_CONTACT_S)
    r, v = absolute_from_lvlh_rotating(
        jnp.asarray(approach.AIM_LVLH_M), jnp.zeros(3), station.r_gcrf(start), station.v_gcrf(start)
    )
    state = State(start, r, v, jnp.array([600.0]), ship.dry_kg)
    plan = approach.prepare(ship, body, port, station, contact_s)
    loads = orbital_loads(setting.around, ship.drag_area_m2 * ship.drag_coefficient)
    handover = Handover(state, r, v, jnp.asarray(Outcome.FLYING))
    end, log = eqx.filter_jit(approach.fly)(plan, handover, loads, perfect_navigation())

    print(f"{OUTCOMES[int(end.outcome)]} {float(log.docking_s) - contact_s:+.2f} s from the planned contact")
    print(f"contact at {float(log.axial_m_s):.3f} m/s, {float(log.lateral_m) * 1000.0:.0f} mm off the axis")
    for row in approach.stages_made(plan, log):
        print(f"{row['name']:16s} {row['delta_v_m_s']:5.2f} m/s  {row['propellant_kg']:5.2f} kg")
    print(f"nearest before the final approach {float(log.nearest_m):.0f} m", end=", ")
    print(f"least margin to the corridor's edge {float(log.corridor_margin_rad) / DEG:.1f} deg")
    assert bool(log.inside_limits)
    assert abs(float(log.docking_s) - contact_s) < 5.0
    assert float(log.nearest_m) > float(body.keep_out_radius_m)
    assert float(log.corridor_margin_rad) > 0.0
    # The ship came from behind (-x) and below (+z), and the range fell from 3.2 km to a ship's length.
    distance = np.linalg.norm(np.asarray(log.sample_r_lvlh), axis=1)
    assert abs(distance[0] - np.hypot(3000.0, 1000.0)) < 1.0
    assert distance[-1] < 40.0
    # Momentum: the mass lost through the thrusters cannot give more speed than the rocket equation allows.
    exhaust = float(ship.thruster_isp_s) * 9.80665
    limit = exhaust * np.log(float(state.mass_kg) / float(end.ship.mass_kg))
    assert float(log.delta_v_m_s) <= limit + 1e-6


if __name__ == "__main__":
    main()
