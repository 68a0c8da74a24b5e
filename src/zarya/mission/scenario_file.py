"""A mission file as it is written: its tables and keys."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from zarya.environment.wind_asked import CLIMATOLOGY, STILL
from zarya.errors import InputError
from zarya.time import Epoch
from zarya.vehicles.quantity import Record

type Scheme = Literal["1-orbit", "2-orbit", "4-orbit", "34-orbit"]


def _is_utc(text: str) -> str:
    try:
        Epoch.from_iso(text)
    except InputError as error:
        raise ValueError(f"not an ISO 8601 UTC date ({error.problems[0].problem})") from error
    return text


def _as_text(value: object) -> object:
    """TOML has dates of its own; those without an offset are UTC, as everywhere in a mission file."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() if value.tzinfo else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


type Utc = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_utc)]


class MissionTable(Record):
    """[mission]"""

    name: str
    title: str


class LaunchTable(Record):
    """[launch]: where from, with what, by which scheme, and from when on."""

    site: str
    launcher: str
    scheme: Scheme
    not_before: Utc | None = None
    """the first opportunity at or after this instant is flown"""
    scheduled: Utc | None = None
    """when given, this instant is flown instead of the computed one"""
    wind: str = STILL
    """over the pad: `none`, `climatology`, or the CSV file of a profile"""


class ShipTable(Record):
    """[ship]: which, and its mass at separation from the launcher."""

    name: str
    mass_kg: float | None = Field(default=None, gt=500.0, lt=50_000.0)
    propellant_kg: float | None = Field(default=None, gt=0.0, lt=20_000.0)


class StationTable(Record):
    """[station]: which, the port, and the file with its element sets."""

    name: str
    port: str
    element_sets: str


class RendezvousTable(Record):
    """[rendezvous]: the planned contact; without it the planner chooses by coverage and lighting."""

    docking: Utc | None = None


class CrewTable(Record):
    """[crew]: who flies up, and who comes home in the ship."""

    commander: str = ""
    members: tuple[str, ...] = ()
    home: tuple[str, ...] = ()


class LandingTable(Record):
    """[landing]: the way home; without it the mission ends with the docking."""

    zone: str
    not_before: Utc
    """the first landing in reach at or after this instant is flown"""
    undocking: Utc | None = None
    """when given, the ship leaves at this instant; otherwise the usual time before the deorbit burn"""
    element_sets: str | None = None
    """sets of the station from the days before the undocking; the file of [station] by default"""
    ignition_mass_kg: float | None = Field(default=None, gt=500.0, lt=50_000.0)
    """mass at the deorbit burn; the catalog's by default"""
    wind: str = CLIMATOLOGY
    """over the zone: `climatology`, `none`, or the CSV file of a profile"""


class ScenarioFile(Record):
    """A mission file as it is written."""

    file: str = ""
    mission: MissionTable
    launch: LaunchTable
    ship: ShipTable
    station: StationTable
    rendezvous: RendezvousTable = RendezvousTable()
    crew: CrewTable = CrewTable()
    landing: LandingTable | None = None
