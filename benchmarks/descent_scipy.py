"""The descent of `zarya.flight.descent.glide` as a problem for SciPy, written independently in NumPy.

State: position and velocity in gcrf (m, m/s), heat load (J/m2), work of the air on a kilogram (J/kg).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from zarya.flight.descent.column import (
    BOTTOM_M,
    DENSITY_LEVELS,
    DENSITY_STEP_M,
    STEP_M,
    WIND_LEVELS,
    WIND_STEP_M,
    WayDown,
)

type Floats = NDArray[np.float64]

A_M, FLATTENING = 6_378_137.0, 1.0 / 298.257223563


class Problem:
    """Numbers of one way down; `way.case` is honoured."""

    def __init__(self, way: WayDown) -> None:
        self.pole, self.omega = np.asarray(way.pole_gcrf), np.asarray(way.omega_earth_gcrf)
        first = np.asarray(way.nominal.coefficients)
        self.nodes = BOTTOM_M + STEP_M * np.arange(first.shape[0] + 1)
        last = first[-1, 0] + first[-1, 1]
        self.log_density, self.sound, *self.foreseen = np.concatenate([first[:, 0], last[None]]).T
        self.mach, self.drag, self.lift_to_drag = np.asarray(way.module.aerodynamics).T
        case = way.case
        self.density_at = DENSITY_STEP_M * np.arange(DENSITY_LEVELS)
        self.more = np.asarray(case.ln_density)
        self.wind_at, self.wind = WIND_STEP_M * np.arange(WIND_LEVELS), np.asarray(case.wind_m_s)
        self.drag_factor, self.mass = float(case.drag), float(way.mass_kg)
        self.area, self.nose = float(way.module.reference_area_m2), float(way.module.nose_radius_m)
        gravity = way.gravity
        self.gm, self.radius, self.j2 = float(gravity.gm_m3_s2), float(gravity.radius_m), float(gravity.j2)
        self.module, self.case, self.ground = way.module, case, float(way.ground_m)

    def height_up(self, r: Floats) -> tuple[float, Floats]:
        """Height over WGS84 and the vertical, by iterating the latitude."""
        z = float(r @ self.pole)
        level = r - z * self.pole
        p = math.sqrt(level @ level)
        e2 = FLATTENING * (2.0 - FLATTENING)
        latitude = math.atan2(z, p * (1.0 - e2))
        for _ in range(3):
            sine = math.sin(latitude)
            n = A_M / math.sqrt(1.0 - e2 * sine * sine)
            latitude = math.atan2(z + e2 * n * sine, p)
        sine, cosine = math.sin(latitude), math.cos(latitude)
        n = A_M / math.sqrt(1.0 - e2 * sine * sine)
        height = p * cosine + z * sine - A_M * A_M / n
        return height, cosine / p * level + sine * self.pole

    def gravity(self, r: Floats) -> Floats:
        """Centre and J2, m/s2."""
        distance = math.sqrt(r @ r)
        sine = float(r @ self.pole) / distance
        j = 1.5 * self.j2 * (self.radius / distance) ** 2
        along = (1.0 + j * (1.0 - 5.0 * sine * sine)) * r + 2.0 * j * sine * distance * self.pole
        return -self.gm / distance**3 * along

    def potential(self, r: Floats) -> float:
        """Energy of position, J/kg."""
        distance = math.sqrt(r @ r)
        sine = float(r @ self.pole) / distance
        return -self.gm / distance * (1.0 - 0.5 * self.j2 * (self.radius / distance) ** 2 * (3.0 * sine * sine - 1.0))

    def rates(self, y: Floats, parachute_m2: float, mass: float, bank: float | None = None) -> Floats:
        """Rates of the state; lift at a bank angle (rad), none where it is None."""
        r, v = y[:3], y[3:6]
        height, up = self.height_up(r)
        east = np.cross(self.pole, up)
        east /= math.sqrt(east @ east)
        north = np.cross(up, east)
        blown = [
            np.interp(height, self.nodes, self.foreseen[k]) + np.interp(height, self.wind_at, self.wind[:, k])
            for k in range(2)
        ]
        v_rel = v - np.cross(self.omega, r) - blown[0] * east - blown[1] * north
        speed = math.sqrt(v_rel @ v_rel)
        log = np.interp(height, self.nodes, self.log_density) + np.interp(height, self.density_at, self.more)
        density, mach = math.exp(log), speed / np.interp(height, self.nodes, self.sound)
        area = self.drag_factor * np.interp(mach, self.mach, self.drag) * self.area
        air = -0.5 * density * (area + parachute_m2) * speed / mass * v_rel
        if bank is not None:
            lift = area * float(self.case.lift_to_drag) * np.interp(mach, self.mach, self.lift_to_drag)
            along = v_rel / speed
            right = np.cross(along, r)
            right /= math.sqrt(right @ right)
            side = math.cos(bank) * np.cross(right, along) + math.sin(bank) * right
            air = air + 0.5 * density * lift * speed * speed / mass * side
        heat = 1.7415e-4 * math.sqrt(density / self.nose) * speed**3
        return np.concatenate([v, self.gravity(r) + air, [heat, air @ v]])

    def entry(self, t_s: float, y: Floats, bank: float | None = None, **options: Any) -> Any:
        """From here to the parachute command, ballistic unless banked."""
        return self._until(t_s, y, float(self.module.parachute_height_m), 0.0, self.mass, bank, **options)

    def parachutes(self, t_s: float, y: Floats, **options: Any) -> Any:
        """From the parachute command to the ground."""
        module, case, factor = self.module, self.case, float(self.case.parachute_area)
        stiff = {"method": "LSODA"} | options
        delay_s = max(float(module.drogue_delay_s + case.opening_delay_s), 0.0)
        way = solve_ivp(lambda _, y: self.rates(y, 0.0, self.mass), (t_s, t_s + delay_s), y, **stiff)
        main_m = self.ground + float(module.main_height_over_ground_m)
        drogue = factor * float(module.drogue_drag_area_m2)
        way = self._until(way.t[-1], way.y[:, -1], main_m, drogue, self.mass, **stiff)
        reefed, main = (factor * float(x) for x in (module.reefed_drag_area_m2, module.main_drag_area_m2))
        end_s = way.t[-1] + float(module.reefing_s)
        way = solve_ivp(lambda _, y: self.rates(y, reefed, self.mass), (way.t[-1], end_s), way.y[:, -1], **stiff)
        shed_m = self.ground + float(module.heat_shield_height_over_ground_m)
        way = self._until(way.t[-1], way.y[:, -1], shed_m, main, self.mass, **stiff)
        lighter = self.mass - float(module.heat_shield_kg)
        return self._until(way.t[-1], way.y[:, -1], self.ground, main, lighter, **stiff)

    def _until(
        self, t_s: float, y: Floats, floor_m: float, parachute_m2: float, mass: float, bank: float | None = None,
        **options: Any,
    ) -> Any:  # fmt: skip
        def above(_: float, y: Floats) -> float:
            return self.height_up(y[:3])[0] - floor_m

        event: Any = above
        event.terminal, event.direction = True, -1.0
        rates: Callable[[float, Floats], Floats] = lambda _, y: self.rates(y, parachute_m2, mass, bank)  # noqa: E731
        return solve_ivp(rates, (t_s, t_s + 3_000.0), y, events=event, **options)
