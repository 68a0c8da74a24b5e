"""What a flight leaves behind: events, burns, orbit, docking, propellant, tracks. SI; layer 9 makes km and text."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from zarya.errors import InputError
from zarya.mission.as_flown import FlownInstant
from zarya.mission.scenario import Scenario
from zarya.time import Epoch

if TYPE_CHECKING:
    import polars as pl

type Floats = NDArray[np.float64]
type BurnPhase = Literal["phasing", "rendezvous", "approach", "departure", "deorbit"]


@dataclass(frozen=True)
class FlightEvent:
    """An instant of the flight beside the real one.

    Parameters
    ----------
    name : of the contract (`liftoff`, `strap_on_separation`, ..., `docking`).
    t_s : s from the flight's epoch.
    is_commanded : True for an input of the launcher's clock, False for what results from the flight.
    flown : the same instant of the real flight with its grade, or None.
    """

    name: str
    t_s: float
    is_commanded: bool
    flown: FlownInstant | None = None


@dataclass(frozen=True)
class Burn:
    """One burn: ignition (s from the epoch), size (m/s), length (s), propellant (kg), direction in LVLH (3,) m/s."""

    name: str
    phase: BurnPhase
    t_s: float
    delta_v_m_s: float
    duration_s: float
    propellant_kg: float
    dv_lvlh_m_s: tuple[float, float, float]


@dataclass(frozen=True)
class InsertionOrbit:
    """The orbit after separation from the launcher.

    Parameters
    ----------
    perigee_m, apogee_m : m, lowest and highest height over the WGS84 ellipsoid in the first revolution.
    inclination_mean_rad, raan_mean_rad : rad, mean (J2 short-period terms removed), TEME of date.
    period_s : s, of the mean argument of latitude.
    phase_rad : rad, mean argument of latitude of the station minus that of the ship at separation.
    """

    perigee_m: float
    apogee_m: float
    inclination_mean_rad: float
    raan_mean_rad: float
    period_s: float
    phase_rad: float


@dataclass(frozen=True)
class Docking:
    """Contact: instant (s from the epoch), port, closing speed, offset and rate across the axis, limits kept."""

    t_s: float
    port: str
    axial_m_s: float
    lateral_m: float
    lateral_m_s: float
    is_inside_limits: bool


@dataclass(frozen=True)
class Propellant:
    """The ship's propellant, kg: loaded, used by phase, kept for deorbit, left over it."""

    loaded_kg: float
    used_kg: Mapping[str, float]
    deorbit_reserve_kg: float

    @property
    def margin_kg(self) -> float:
        """What is left beyond the deorbit reserve, kg; after a deorbit burn beyond what it took, if that is more."""
        burned = self.used_kg.get("deorbit", 0.0)
        others = sum(self.used_kg.values()) - burned
        return self.loaded_kg - others - max(burned, self.deorbit_reserve_kg)


@dataclass(frozen=True)
class Track:
    """Positions and velocities over time: `t_s` (n,) s, `r_gcrf` (n, 3) m, `v_gcrf` (n, 3) m/s, `mass_kg` (n,)."""

    t_s: Floats
    r_gcrf: Floats
    v_gcrf: Floats
    mass_kg: Floats


@dataclass(frozen=True)
class Lift:
    """How the lift-off instant came about.

    Parameters
    ----------
    computed : lift-off from the station's plane and the lead; `flown` instant may differ when one was ordered.
    sigma_s : s, 1 sigma.
    lead_s : s, of the steering programme; `lead_source` says which and on what it was calibrated.
    element_set_epoch : epoch of the station's set; `age_s` its age at lift-off; `station_rms_m` residual of the fit.
    phase_sigma_rad : rad, 1 sigma of the phase.
    notes : sets passed over, warnings.
    """

    computed: Epoch
    sigma_s: float
    lead_s: float
    lead_source: str
    plane_offset_s: float
    element_set_epoch: Epoch
    age_s: float
    station_rms_m: float
    phase_sigma_rad: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Departure:
    """Leaving the port.

    Parameters
    ----------
    undocking_s : s, physical separation. clear_s : s, outside the keep-out sphere from then on.
    distance_m : m, from the station at the deorbit burn.
    failures : parts made of the two separation burns (1 whole, 0 missed), nearest return within 24 h (m), when (s).
    history : (n,) and (n, 3) histories: `t_s`, `r_rel_lvlh`, `v_rel_lvlh`.
    """

    undocking_s: float
    clear_s: float
    distance_m: float
    failures: tuple[tuple[tuple[float, float], float, float], ...]
    history: Mapping[str, Floats]


@dataclass(frozen=True)
class Ballistic:
    """Where the same ignition comes down if the module spins.

    Parameters
    ----------
    t_s : s from the epoch. latitude_rad, longitude_rad : WGS84. peak_load_g : of the air.
    short_m : m from there to the guided landing.
    """

    t_s: float
    latitude_rad: float
    longitude_rad: float
    peak_load_g: float
    short_m: float


@dataclass(frozen=True)
class Landing:
    """Touchdown and the way to it.

    Parameters
    ----------
    t_s : s from the epoch. zone : name. latitude_rad, longitude_rad : WGS84. miss_m : m from the aim of the zone.
    is_inside_zone : inside the zone's radius. entry_angle_rad : at 100 km, inertial. peak_load_g : of the air.
    peak_heat_w_m2, heat_load_j_m2 : stagnation point, convective. sink_m_s : just over the ground, before the engines.
    cross_range_m : m of the aim to the right of the ballistic track. reach_m : what the lift carries, left and right.
    parachute_rad : latitude and longitude where the parachute is commanded. drift_m : what the wind carries the module
        from there, east and north.
    ballistic : the landing without lift; None where it does not come down.
    history : (n,) and (n, 3) histories of `zarya.flight.descent.history`.
    """

    t_s: float
    zone: str
    latitude_rad: float
    longitude_rad: float
    miss_m: float
    is_inside_zone: bool
    entry_angle_rad: float
    peak_load_g: float
    peak_heat_w_m2: float
    heat_load_j_m2: float
    sink_m_s: float
    cross_range_m: float
    reach_m: tuple[float, float]
    parachute_rad: tuple[float, float]
    drift_m: tuple[float, float]
    ballistic: Ballistic | None
    history: Mapping[str, Floats]


@dataclass(frozen=True)
class Home:
    """The stay and the way home.

    Parameters
    ----------
    stay_s : s docked. element_set_epoch : of the set the way home was planned from; age_s : s, at the undocking;
    phase_sigma_rad : rad, 1 sigma of the station's place there.
    ship, station : tracks from the undocking on, the ship's to the touchdown.
    departure, landing : None for what was not reached.
    """

    stay_s: float
    element_set_epoch: Epoch
    age_s: float
    phase_sigma_rad: float
    ship: Track
    station: Track
    departure: Departure
    landing: Landing | None = None


@dataclass(frozen=True)
class Flight:
    """One flown mission.

    Parameters
    ----------
    scenario, epoch : what was flown; the epoch is the lift-off, from which every `t_s` counts.
    outcome : `docked`, or what ended the flight.
    events, burns, insertion, docking, propellant : see their classes; None for what was not reached.
    lift : where the lift-off comes from.
    ship, station : tracks from the pad to contact.
    home : the stay and the way home, None where it was not flown.
    ascent : (n,) histories of the ascent by name (`t_s`, `height_m`, `speed_relative_m_s`, `dynamic_pressure_pa`, ...).
    approach : (n,) and (n, 3) histories of the approach by name (`t_s`, `r_rel_lvlh`, ...).
    figures : further scalars by name (unit in the name): delta-v budget, propellant left, bounds.
    impacts : spent parts by name: latitude, longitude (rad), downrange (m).
    coverage : names of the ground stations and relays that see the ship at each burn and at contact.
    notes : what the user should know.
    """

    scenario: Scenario
    epoch: Epoch
    outcome: str
    events: tuple[FlightEvent, ...]
    burns: tuple[Burn, ...]
    lift: Lift
    propellant: Propellant
    ship: Track
    station: Track
    insertion: InsertionOrbit | None = None
    docking: Docking | None = None
    ascent: Mapping[str, Floats] = field(default_factory=dict)
    approach: Mapping[str, Floats] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    impacts: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    coverage: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    home: Home | None = None

    def utc(self, t_s: float) -> str:
        """ISO 8601 UTC of an instant of the flight."""
        return (self.epoch + float(t_s)).iso("utc")

    def table(self, name: str) -> "pl.DataFrame":
        """A polars table by name; SI, units in the names.

        `events`, `burns`, `ship`, `station`, `ascent`, `approach`; with a way home `ship_home`, `station_home`,
        `departure`, `descent`.

        Raises
        ------
        InputError : no such table.
        """
        import polars as pl

        if name == "events":
            flown = [event.flown for event in self.events]
            return pl.DataFrame(
                {
                    "name": [event.name for event in self.events],
                    "t_s": [event.t_s for event in self.events],
                    "is_commanded": [event.is_commanded for event in self.events],
                    "flown_utc": [None if one is None else one.epoch.iso() for one in flown],
                    "flown_grade": [None if one is None else one.grade for one in flown],
                }
            )
        if name == "burns":
            return pl.DataFrame([asdict(burn) for burn in self.burns])
        if name in ("ascent", "approach"):
            return _frame(self.ascent if name == "ascent" else self.approach)
        tracks = {"ship": self.ship, "station": self.station}
        histories: dict[str, Mapping[str, Floats]] = {}
        if self.home is not None:
            tracks |= {"ship_home": self.home.ship, "station_home": self.home.station}
            histories["departure"] = self.home.departure.history
            if self.home.landing is not None:
                histories["descent"] = self.home.landing.history
        if name in tracks:
            at = tracks[name]
            return _frame({"t_s": at.t_s, "r_gcrf": at.r_gcrf, "v_gcrf": at.v_gcrf, "mass_kg": at.mass_kg})
        if name in histories:
            return _frame(histories[name])
        names = ("events", "burns", "ascent", "approach", *tracks, *histories)
        raise InputError("no such table", key="name", value=name, remedy=f"Use one of {', '.join(names)}.")

    @property
    def is_docked(self) -> bool:
        """Whether the ship came onto the station, contact inside the limits."""
        return self.docking is not None and self.docking.is_inside_limits


def _frame(columns: Mapping[str, Floats]) -> "pl.DataFrame":
    """Arrays by name as a table; vectors become one column an axis."""
    import polars as pl

    flat: dict[str, Floats] = {}
    for name, values in columns.items():
        if values.ndim == 1:
            flat[name] = values
        else:
            flat |= {f"{name}_{axis}": values[:, k] for k, axis in enumerate("xyz")}
    return pl.DataFrame(flat)
