"""How close the rendezvous plans come to their bound across the window of each scheme, and whether they arrive.

Usage: python benchmarks/plan_bounds.py [--count 200] [--schemes 2 4 34]

The ship is that of Soyuz MS-24 at separation. For every phase of the published window the station is moved along its
own path, and the ship's orbit is turned about the Earth's axis to where a launch at that phase puts it: the two planes
meet at docking. Every plan is closed in the full model with finite burns; the bound is the dual value of the program
linearised about the plan; arrivals are flown again by fixed-step Runge-Kutta.
"""

import argparse
import time
from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from scipy.spatial.transform import Rotation

import zarya
from zarya.dynamics.station_path import StationPath, fit_start_s, fit_station
from zarya.dynamics.surroundings import surroundings
from zarya.errors import FlightError
from zarya.flight import ascent, phasing
from zarya.flight.phase import Handover
from zarya.gnc.launch_instant import MeanPlane, node_drift, soyuz_insertion
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, SCHEMES, reflown_miss
from zarya.mission.insertion import mean_elements
from zarya.mission.setting import Setting, prepared
from zarya.orbits.mean import MeanElements, j2_secular_rates
from zarya.units import DEG

WINDOW_DEG = {1: (8.5, 9.5), 2: (13.9, 19.9), 4: (20.5, 42.5), 34: (223.0, 373.0)}


class Window:
    """One scheme on the day of Soyuz MS-24."""

    def __init__(self, setting: Setting, separated: Handover, orbits: int) -> None:
        data, element_set = setting.scenario.station, setting.lift.choice.element_set
        self.epoch, self.separated, self.scheme = setting.epoch, separated, SCHEMES[orbits]
        end_s = self.scheme.transfer.transit_s + 3600.0
        self.around = surroundings(self.epoch, fit_start_s(element_set, self.epoch) - 60.0, end_s + 60.0)
        area = data.drag_area_m2.value * data.drag_coefficient.value
        self.path = fit_station(element_set, self.epoch, self.around, data.mass_kg.value, area, -6000.0, end_s)
        self.t_s = float(separated.ship.t_s)
        self.ship = self._mean(np.asarray(separated.ship.r_gcrf), np.asarray(separated.ship.v_gcrf))

    def _mean(self, r_gcrf: np.ndarray, v_gcrf: np.ndarray) -> MeanElements:
        return mean_elements(self.epoch + self.t_s, r_gcrf, v_gcrf)

    def _station(self, path: StationPath) -> MeanElements:
        t_s = jnp.asarray(self.t_s)
        return self._mean(np.asarray(path.r_gcrf(t_s)), np.asarray(path.v_gcrf(t_s)))

    def at(self, phase_deg: float) -> tuple[Handover, StationPath]:
        """Ship and station with this phase between them, in planes that meet at docking."""
        path, ahead_s = self.path, 0.0
        for _ in range(3):
            here = self._station(path)
            now_deg = float(here.u_rad - self.ship.u_rad) / DEG
            rate = float(j2_secular_rates(here.a_m, here.e, here.i_rad).u_rad_s)
            ahead_s += ((phase_deg - now_deg + 180.0) % 360.0 - 180.0) * DEG / rate
            table = eqx.tree_at(lambda x: x.start_s, self.path.table, self.path.table.start_s - ahead_s)
            path = replace(self.path, table=table)
        here, ship = self._station(path), self.ship
        plane = MeanPlane(self.epoch, *(float(x) for x in (here.a_m, here.e, here.i_rad, here.raan_rad, here.u_rad)))
        orbit = {"semi_major_axis_m": float(ship.a_m), "e": float(ship.e), "inclination_rad": float(ship.i_rad)}
        insertion = replace(soyuz_insertion(), **orbit)
        drift, _ = node_drift(phase_deg * DEG, plane, insertion, self.scheme.transfer)
        turn = (plane.raan_rad - drift - float(ship.raan_rad) + np.pi) % (2.0 * np.pi) - np.pi
        pole = np.asarray(self.around.earth.dcm_itrf_from_gcrf(jnp.asarray(self.t_s))[2])
        dcm = jnp.asarray(Rotation.from_rotvec(turn * pole).as_matrix())
        r, v = dcm @ self.separated.ship.r_gcrf, dcm @ self.separated.ship.v_gcrf
        moved = eqx.tree_at(lambda s: (s.r_gcrf, s.v_gcrf), self.separated.ship, (r, v))
        return Handover(moved, r, v, self.separated.outcome), path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--schemes", type=int, nargs="+", default=[2, 4, 34])
    arguments = parser.parse_args()
    setting = prepared(zarya.load("soyuz-ms-24"), lambda _: None)
    separated, _ = ascent.fly_bare(setting.ascent, ascent.nominal(3))
    numbers = setting.scenario.ship.pytree()
    for orbits in arguments.schemes:
        window = Window(setting, separated, orbits)
        low, high = WINDOW_DEG[orbits]
        aim_s = window.scheme.transfer.transit_s - AIM_BEFORE_CONTACT_S
        over, totals, misses, failed, took = [], [], [], [], 0.0
        for phase in np.linspace(low, high, arguments.count):
            at, path = window.at(float(phase))
            start = time.perf_counter()
            try:
                burns = phasing.prepare(at, path, window.around, numbers, window.scheme, aim_s).burns
            except FlightError:
                failed.append(round(float(phase), 2))
                continue
            finally:
                took += time.perf_counter() - start
            over.append(float(burns.total_m_s - burns.bound_m_s))
            totals.append(float(burns.total_m_s))
            misses.append([float(x) for x in reflown_miss(burns, at.ship, path, window.around, numbers)])
        print(f"{orbits}-orbit, {low}-{high} deg: {len(over)} of {arguments.count} plans close, not at {failed} deg")
        if over:
            metres, metres_s = np.max(misses, axis=0)
            print(
                f"  total {min(totals):.2f} to {max(totals):.2f} m/s; above the bound median {np.median(over):.3f}, "
                f"99 % {np.quantile(over, 0.99):.3f}, worst {max(over):.3f} m/s (goal 2)\n"
                f"  flown again: worst {metres:.2f} m, {metres_s:.5f} m/s from the aim (goal 100 m, 0.1 m/s); "
                f"{len(over) / took:.1f} plans/s",
                flush=True,
            )


if __name__ == "__main__":
    main()
