"""Propellant against the lead: how early before the pad's crossing of the plane the lift-off should be."""

import math
from dataclasses import dataclass, replace
from typing import Final

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S
from zarya.flight.ascent.dispersion import nominal
from zarya.flight.ascent.log import fly
from zarya.flight.ascent.plan import AscentPlan
from zarya.flight.ascent.prepared import SPARE_KG, optimised

type Floats = NDArray[np.float64]

LEADS_S: Final = (130.0, 160.0, 190.0, 220.0, 250.0, 280.0, 310.0)


@dataclass(frozen=True)
class LeadStudy:
    """Propellant left in the last stage against the lead.

    Parameters
    ----------
    lead_s, propellant_left_kg, azimuth_rad : (lead,), each with the best kick and azimuth.
    optimum_s : s, top of a parabola through the points within 70 s of the best.
    """

    lead_s: Floats
    propellant_left_kg: Floats
    azimuth_rad: Floats
    optimum_s: float


def lead_study(plan: AscentPlan, lead_s: float, leads_s: tuple[float, ...] = LEADS_S) -> LeadStudy:
    """Fly the plan with its plane turned about the pole, as if lift-off were earlier or later. Host side.

    Parameters
    ----------
    plan : from `prepare`. lead_s : s, the lead it was prepared for. leads_s : s, those to fly.
    """
    free = replace(plan.programme, is_tabulated=jnp.zeros(()))
    case = nominal(plan.launcher.thrust_vacuum_n.shape[0])
    normal, pole = np.asarray(plan.target.normal_gcrf), np.asarray(plan.pole_gcrf)
    left, azimuth = [], []
    for lead in leads_s:
        turn = EARTH_ROTATION_RAD_S * (lead - lead_s)
        c, s = math.cos(turn), math.sin(turn)
        turned = c * normal + s * np.cross(pole, normal) + (1.0 - c) * (pole @ normal) * pole
        moved = replace(plan, programme=free, target=replace(plan.target, normal_gcrf=jnp.asarray(turned)))
        best = optimised(moved, is_near=True, spare=True)
        left.append(float(fly(best, case)[1].course.propellant_left_kg) - SPARE_KG)
        azimuth.append(float(best.programme.azimuth_rad))
    x, y = np.asarray(leads_s), np.asarray(left)
    near = np.abs(x - x[np.argmax(y)]) < 70.0
    a, b, _ = np.polyfit(x[near], y[near], 2)
    return LeadStudy(x, y, np.asarray(azimuth), float(-b / (2.0 * a)))
