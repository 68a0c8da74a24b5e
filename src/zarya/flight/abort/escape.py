"""What carries the crew away from a failing launcher: motors and masses, host side."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from zarya.constants import STANDARD_GRAVITY_M_S2
from zarya.errors import InputError
from zarya.units import DEG, KM
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.quantity import Degrees, Kilograms, Kilonewtons, Record, SpecificImpulse, SquareMetres
from zarya.vehicles.reading import checked
from zarya.vehicles.ship import ShipData

SEA_LEVEL_PRESSURE_PA: Final = 101_325.0
TOWER, FAIRING, SEPARATION, ORBIT = "escape_tower", "fairing_motors", "ship_separation", "abort_to_orbit"
MODES: Final = (TOWER, FAIRING, SEPARATION, ORBIT)
"""In the order of the ascent."""


class MotorData(Record):
    """A set of solid motors that pulls the head section away."""

    thrust_vacuum_kn: Kilonewtons
    isp_vacuum_s: SpecificImpulse
    isp_sea_level_s: SpecificImpulse
    propellant_kg: Kilograms
    tilt_deg: Degrees


class HeadData(Record):
    """What flies with the descent module until it is let go."""

    orbital_module_kg: Kilograms
    drag_area_m2: SquareMetres


class EscapeData(Record):
    """data.toml of this folder."""

    file: str = ""
    sources: Mapping[str, str]
    escape_tower: MotorData
    fairing_motors: MotorData
    head: HeadData


@dataclass(frozen=True)
class Motor:
    """A motor and what it pulls, SI.

    Parameters
    ----------
    vacuum_n, exit_area_m2, flow_kg_s, propellant_kg : of all motors of the set together.
    inert_kg : head section without that propellant. tilt_rad : of the thrust from the axis, towards downrange.
    """

    vacuum_n: float
    exit_area_m2: float
    flow_kg_s: float
    propellant_kg: float
    inert_kg: float
    tilt_rad: float


@dataclass(frozen=True)
class Escape:
    """Motors of a launcher with this ship, and when each goes.

    Parameters
    ----------
    tower, fairing : motors. tower_gone_s, fairing_gone_s : s after lift-off. drag_area_m2 : C A of the head section.
    """

    tower: Motor
    fairing: Motor
    tower_gone_s: float
    fairing_gone_s: float
    drag_area_m2: float

    def mode(self, at_s: float) -> str:
        """What is at hand at `at_s` (s after lift-off); from the fairing's jettison on the ship's separation."""
        return TOWER if at_s < self.tower_gone_s else FAIRING if at_s < self.fairing_gone_s else SEPARATION


@cache
def escape_data() -> EscapeData:
    """The numbers of data.toml with their sources."""
    path = Path(__file__).parent / "data.toml"
    return checked(EscapeData, tomllib.loads(path.read_text(encoding="utf-8")), path)


def escape(launcher: LauncherData, ship: ShipData) -> Escape:
    """The escape system of a launcher that carries a tower and a fairing, with this ship under it.

    Raises
    ------
    InputError : no tower or fairing that goes by the clock, or a ship that does not come home.

    **Model** the head section is fairing, orbital and descent module, in the first mode with the tower on it.
    **Ignores** the part of the fairing that stays with the launcher; the 0.3 s between the pairs of fairing motors.
    """
    parts = {item.name: item for item in launcher.parts}
    times = {name: None if name not in parts else parts[name].time_s for name in ("escape_tower", "fairing")}
    tower_s, fairing_s = times["escape_tower"], times["fairing"]
    if tower_s is None or fairing_s is None or ship.descent is None:
        raise InputError(
            "the catalog does not say how a crew leaves this launcher",
            key="launch.launcher" if ship.descent is not None else "ship.name",
            value=launcher.name if ship.descent is not None else ship.name,
            remedy="Give a launcher with an escape tower and a fairing, such as soyuz-2.1a, and a ship with [descent].",
        )
    data = escape_data()
    head = parts["fairing"].mass_kg.value + data.head.orbital_module_kg.value + ship.descent.module.mass_kg.value
    return Escape(
        tower=_motor(data.escape_tower, head + parts["escape_tower"].mass_kg.value),
        fairing=_motor(data.fairing_motors, head),
        tower_gone_s=tower_s.value,
        fairing_gone_s=fairing_s.value,
        drag_area_m2=data.head.drag_area_m2.value,
    )


def _motor(data: MotorData, total_kg: float) -> Motor:
    vacuum_n = data.thrust_vacuum_kn.value * KM
    flow = vacuum_n / (data.isp_vacuum_s.value * STANDARD_GRAVITY_M_S2)
    lost = 1.0 - data.isp_sea_level_s.value / data.isp_vacuum_s.value
    propellant = data.propellant_kg.value
    return Motor(vacuum_n, vacuum_n * lost / SEA_LEVEL_PRESSURE_PA, flow, propellant, total_kg - propellant,
                 data.tilt_deg.value * DEG)  # fmt: skip
