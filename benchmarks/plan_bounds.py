"""How close the rendezvous plans come to their bound across the window of each scheme.

Usage: python benchmarks/plan_bounds.py [--count 200] [--schemes 2 4 34]

The ship is that of Soyuz MS-24 at separation; the station is moved along its own path so that the phase runs through
the published window of the scheme. Every plan is closed in the full model with finite burns; the bound is the dual
value of the program linearised about the plan.
"""

import argparse
import time
from dataclasses import replace

import equinox as eqx
import numpy as np

import zarya
from zarya.dynamics.station_path import fit_start_s, fit_station
from zarya.dynamics.surroundings import surroundings
from zarya.errors import FlightError
from zarya.flight import ascent, phasing
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, SCHEMES
from zarya.mission.insertion import mean_elements
from zarya.mission.setting import prepared
from zarya.orbits.mean import j2_secular_rates
from zarya.units import DEG

WINDOW_DEG = {1: (8.5, 9.5), 2: (13.9, 19.9), 4: (20.5, 42.5), 34: (223.0, 373.0)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--schemes", type=int, nargs="+", default=[2, 4, 34])
    arguments = parser.parse_args()
    setting = prepared(zarya.load("soyuz-ms-24"), lambda _: None)
    data, lift = setting.scenario.station, setting.lift
    at, _ = ascent.fly_bare(setting.ascent, ascent.nominal(3))
    numbers = setting.scenario.ship.pytree()
    for orbits in arguments.schemes:
        scheme = SCHEMES[orbits]
        low, high = WINDOW_DEG[orbits]
        end_s = scheme.transfer.transit_s + 3600.0
        element_set = lift.choice.element_set
        around = surroundings(lift.epoch, fit_start_s(element_set, lift.epoch) - 60.0, end_s + 60.0)
        area = data.drag_area_m2.value * data.drag_coefficient.value
        path = fit_station(element_set, lift.epoch, around, data.mass_kg.value, area, -6000.0, end_s)
        t_s = at.ship.t_s
        ship = mean_elements(lift.epoch + float(t_s), np.asarray(at.ship.r_gcrf), np.asarray(at.ship.v_gcrf))
        here = mean_elements(lift.epoch + float(t_s), np.asarray(path.r_gcrf(t_s)), np.asarray(path.v_gcrf(t_s)))
        rate = float(j2_secular_rates(here.a_m, here.e, here.i_rad).u_rad_s)
        now = float(here.u_rad - ship.u_rad) / DEG % 360.0
        over, totals, failed = [], [], 0
        start = time.perf_counter()
        for phase in np.linspace(low, high, arguments.count):
            ahead_s = ((phase - now + 180.0) % 360.0 - 180.0) * DEG / rate
            moved = replace(path, table=eqx.tree_at(lambda x: x.start_s, path.table, path.table.start_s - ahead_s))
            aim_s = scheme.transfer.transit_s - AIM_BEFORE_CONTACT_S
            try:
                burns = phasing.prepare(at, moved, around, numbers, scheme, aim_s).burns
            except FlightError:
                failed += 1
                continue
            over.append(float(burns.total_m_s - burns.bound_m_s))
            totals.append(float(burns.total_m_s))
        took = time.perf_counter() - start
        print(
            f"{orbits}-orbit, {low}-{high} deg: {len(over)} of {arguments.count} plans close, "
            f"total {min(totals):.1f} to {max(totals):.1f} m/s, above the bound median {np.median(over):.3f}, "
            f"99 % {np.quantile(over, 0.99):.3f}, worst {max(over):.3f} m/s (goal 2); "
            f"{failed} do not close; {len(over) / took:.1f} plans/s",
            flush=True,
        )


if __name__ == "__main__":
    main()
