"""What it costs ship and launcher to lift off beside the instant, and how wide a budget makes the window."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zarya.constants import EARTH_ROTATION_RAD_S, GM_EARTH_EGM2008_M3_S2, STANDARD_GRAVITY_M_S2
from zarya.gnc.element_choice import ElementHistory, choose_element_set
from zarya.gnc.plane_crossing import MeanPlanes, crossings
from zarya.gnc.schemes import (
    APPROACH_DELTA_V_M_S,
    Scheme,
    schemes_named,
    transfer_cost_m_s,
)
from zarya.studies.windows.question import Launch
from zarya.time import Epoch
from zarya.units import DEG
from zarya.vehicles.ship import ShipData

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """How far from the in-plane lift-off the budgets reach, s, early negative.

    Parameters
    ----------
    launcher_early_s, launcher_late_s : () the launcher's part, which it takes out by yaw steering.
    ship_s : (lane,) the ship's part beyond it, either way.
    """

    launcher_early_s: float
    launcher_late_s: float
    ship_s: Floats

    @property
    def early_s(self) -> Floats:
        """Earliest lift-off, (lane,)."""
        return np.asarray(self.launcher_early_s - self.ship_s)

    @property
    def late_s(self) -> Floats:
        """Latest lift-off, (lane,)."""
        return np.asarray(self.launcher_late_s + self.ship_s)

    def left_to_ship_s(self, offset_s: Floats) -> Floats:
        """The part of an offset from the plane that the launcher does not take out, (lane,)."""
        return np.asarray(offset_s - np.clip(offset_s, self.launcher_early_s, self.launcher_late_s))


def reach(question: Launch, scheme: Scheme, station: MeanPlanes, phase_rad: Floats) -> Reach:
    """Reach of the budgets of a question, by lane.

    **Model** launcher: `AscentPrice.reach_s`. Ship: the offset whose plane change adds the budget to the impulse, in
    the square-root sum of `transfer_cost_m_s`.
    """
    allowance, early, late = question.allowance, 0.0, 0.0
    if allowance.yaw_kg is not None and question.price is not None:
        early, late = question.price.reach_s(question.lead.lead_s, allowance.yaw_kg)
    zero = np.zeros(len(phase_rad))
    base, _, detour = transfer_cost_m_s(scheme, question.insertion, station, phase_rad, zero)
    speed = np.sqrt(GM_EARTH_EGM2008_M3_S2 / station.semi_major_axis_m) * np.sin(station.inclination_rad)
    straight = base - detour
    aside = np.sqrt((straight + allowance.yaw_m_s) ** 2 - straight**2)
    return Reach(min(early, 0.0), max(late, 0.0), np.asarray(aside / (speed * EARTH_ROTATION_RAD_S)))


def launcher_kg(question: Launch, offset_s: Floats) -> Floats:
    """Payload the launcher loses by flying into the plane from a lift-off `offset_s` (lane,) beside it, kg.

    Beside its own lift-off, so it is 0 there and may be negative on the side of its optimum; NaN if never studied.
    """
    if question.price is None:
        return np.full(len(offset_s), math.nan)
    lead = question.lead.lead_s
    return np.asarray(
        question.price.payload_lost_kg(lead - offset_s) - question.price.payload_lost_kg(np.full(len(offset_s), lead))
    )


def propellant_margin_kg(ship: ShipData, delta_v_m_s: Floats) -> Floats:
    """Propellant left after `delta_v_m_s` (lane,) with the deorbit reserve set aside, kg; all on the main engine."""
    return np.asarray(ship.propellant_kg.value - ship.deorbit_reserve_kg - propellant_kg(ship, delta_v_m_s))


def propellant_kg(ship: ShipData, delta_v_m_s: Floats) -> Floats:
    """Propellant of the main engine for `delta_v_m_s` (lane,) from the full mass, kg."""
    exhaust_m_s = ship.engine.isp_s.value * STANDARD_GRAVITY_M_S2
    return np.asarray(ship.mass_kg.value * (1.0 - np.exp(-delta_v_m_s / exhaust_m_s)))


def phase_rate_rad_s(station: MeanPlanes) -> Floats:
    """Growth of the phase at insertion with the second of lift-off, rad/s (lane,): the station's own motion."""
    return np.asarray(np.sqrt(GM_EARTH_EGM2008_M3_S2 / station.semi_major_axis_m**3))


def liftoff_price(
    row: dict[str, Any], question: Launch, history: ElementHistory, offsets_s: Floats
) -> dict[str, Floats]:
    """What it costs to lift off beside the instant of a row of `launch_windows`.

    Parameters
    ----------
    row, question : the row, and who flies (`launch`). offsets_s : (offset,) s, late positive.

    Returns
    -------
    `offset_s`, `delta_v_m_s`, `propellant_margin_kg`, `phase_deg`, `launcher_kg`, each (offset,).

    **Model** either the plane moves with the pad and the ship takes it out (`delta_v_m_s`), or the launcher steers into
    the right plane and loses payload (`launcher_kg`).
    """
    scheme = schemes_named(row["scheme"])[0]
    liftoff = Epoch.from_iso(row["liftoff_utc"], scale="utc")
    element_set = choose_element_set(history, liftoff).element_set
    count = len(offsets_s)
    found = crossings(
        [element_set] * count, question.pad, question.insertion, [scheme.transfer] * count, liftoff, offsets_s,
        ascending=row["direction"] == "ascending", near_rad=np.full(count, row["phase_deg"] * DEG),
    )  # fmt: skip
    aside = offsets_s + row["plane_offset_s"]
    cost, _, _ = transfer_cost_m_s(scheme, question.insertion, found.station, found.phase_rad, aside)
    return {
        "offset_s": offsets_s,
        "delta_v_m_s": cost,
        "propellant_margin_kg": propellant_margin_kg(question.ship, cost + APPROACH_DELTA_V_M_S),
        "phase_deg": found.phase_rad / DEG,
        "launcher_kg": launcher_kg(question, aside),
    }
