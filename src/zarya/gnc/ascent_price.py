"""What the second and the azimuth of a lift-off cost the launcher: the lead against its optimum, and dog-legs."""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S, GM_EARTH_EGM2008_M3_S2, MEAN_RADIUS_EARTH_M, STANDARD_GRAVITY_M_S2
from zarya.gnc.plane_crossing import Insertion
from zarya.vehicles.launcher import LauncherData

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AscentPrice:
    """Payload lost against the lead, a parabola through our own ascents.

    Parameters
    ----------
    launcher, ship : the ascents flown. optimum_lead_s : s, the lead that leaves most propellant in the last stage.
    curvature_kg_s2 : kg/s2, payload lost is this times the square of (lead - optimum).

    **Source** data/optimum_leads.toml, written by builders/study_leads.py (grade: derived).
    **Valid** 0.02 kg within 120 s of the optimum; beyond, the parabola goes on.
    **Ignores** drop zones and the steering programme flown, which fix the real lead 30 to 45 s earlier.
    """

    launcher: str
    ship: str
    optimum_lead_s: float
    curvature_kg_s2: float

    def payload_lost_kg(self, lead_s: Floats) -> Floats:
        """Payload lost against the optimum at leads (lane,), kg."""
        return np.asarray(self.curvature_kg_s2 * (lead_s - self.optimum_lead_s) ** 2)

    def reach_s(self, lead_s: float, budget_kg: float) -> tuple[float, float]:
        """Earliest and latest lift-off relative to that of `lead_s` for `budget_kg` more than it costs, s.

        **Model** the plane is reached in full by yaw steering. An earlier lift-off is a longer lead.
        """
        aside = lead_s - self.optimum_lead_s
        reach = math.sqrt(max(budget_kg, 0.0) / self.curvature_kg_s2 + aside * aside)
        return aside - reach, aside + reach


def ascent_price(launcher: str, ship: str) -> AscentPrice | None:
    """The parabola of a launcher with a ship; that of its other ship where there is none; None if never flown."""
    same = [item for item in _studied() if item.launcher == launcher]
    return next((item for item in same if item.ship == ship), same[0] if same else None)


def ground_azimuth_rad(insertion: Insertion, declination_rad: Floats, *, ascending: bool = True) -> Floats:
    """Azimuth of the ascent over the turning ground, rad from north (lane,): what range safety limits.

    **Model** direction of the insertion speed in the plane less the speed of the pad.
    """
    azimuth = np.arcsin(math.cos(insertion.inclination_rad) / np.cos(declination_rad))
    azimuth = azimuth if ascending else np.pi - azimuth
    speed = math.sqrt(GM_EARTH_EGM2008_M3_S2 / insertion.semi_major_axis_m)
    pad = EARTH_ROTATION_RAD_S * MEAN_RADIUS_EARTH_M * np.cos(declination_rad)
    return np.asarray(np.arctan2(speed * np.sin(azimuth) - pad, speed * np.cos(azimuth)))


def dogleg(launcher: LauncherData, payload_kg: float, insertion: Insertion, turn_rad: Floats) -> tuple[Floats, Floats]:
    """Price of turning the path by `turn_rad` (lane,) after the lower stages: m/s and kg of payload, each (lane,).

    **Model** the lower stages fly the limit azimuth; the last stage turns the velocity while it adds its own: third
    side of the triangle of the speeds at its ignition and at insertion, less their difference. Payload by the rocket
    equation of the last stage with its load kept.
    **Valid** an estimate (grade: derived), small turns; 5 deg cost Soyuz-2.1a some 30 m/s.
    **Ignores** gravity loss of the last stage, the gain of turning while already yawed for the lead.
    """
    last = launcher.stage[-1]
    dry = last.count.value * (last.dry_mass_kg.value + last.residual_kg.value) + launcher.adapter_mass_kg.value
    end_kg = dry + payload_kg
    start_kg = end_kg + last.count.value * (last.propellant_loaded_kg.value - last.residual_kg.value)
    exhaust_m_s = last.isp_vacuum_s.value * STANDARD_GRAVITY_M_S2
    end_m_s = math.sqrt(GM_EARTH_EGM2008_M3_S2 / insertion.semi_major_axis_m)
    start_m_s = max(end_m_s - exhaust_m_s * math.log(start_kg / end_kg), 0.1 * end_m_s)
    side = np.sqrt(start_m_s**2 + end_m_s**2 - 2.0 * start_m_s * end_m_s * np.cos(turn_rad))
    more = np.asarray(side - (end_m_s - start_m_s))
    return more, np.asarray(end_kg * (1.0 - np.exp(-more / exhaust_m_s)))


@cache
def _studied() -> tuple[AscentPrice, ...]:
    text = files("zarya.gnc").joinpath("data/optimum_leads.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["ascent"]
    return tuple(
        AscentPrice(row["launcher"], row["ship"], row["optimum_lead_s"], row["curvature_kg_s2"]) for row in rows
    )
