"""The question of a launch window: who flies from where to what, and what they may spend on lifting off beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zarya.errors import InputError
from zarya.gnc.ascent_price import AscentPrice, ascent_price
from zarya.gnc.launch_instant import Insertion, Lead
from zarya.gnc.schemes import launcher_insertion, launcher_lead
from zarya.studies.windows.port_calendar import Busy
from zarya.vehicles import catalog as vehicles
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.ship import ShipData
from zarya.vehicles.site import SiteData


@dataclass(frozen=True)
class Allowance:
    """What a launch may spend beside the cheapest instant and azimuth.

    Parameters
    ----------
    yaw_kg : kg of payload the launcher may spend on yaw steering to a plane it is early or late for; None, nothing.
    yaw_m_s : m/s the ship may spend on the part of the plane the launcher leaves.
    dogleg_kg : kg of payload for a turn where the azimuth is outside the site's limits.
    azimuth_deg : deg, least and greatest azimuth over the ground, in place of the site's.
    offset_s : s, also price this lift-off beside the window's (late positive).
    """

    yaw_kg: float | None = None
    yaw_m_s: float = 0.0
    dogleg_kg: float = 0.0
    azimuth_deg: tuple[float, float] | None = None
    offset_s: float | None = None

    @property
    def is_wide(self) -> bool:
        """Whether a window has a width."""
        return self.yaw_kg is not None or self.yaw_m_s > 0.0


@dataclass(frozen=True)
class Ports:
    """The calendar of dockings: spans that are busy, the port wanted (any if empty), and how long the ship stays, s."""

    busy: Sequence[Busy] = ()
    port: str = ""
    stay_s: float = 0.0


@dataclass(frozen=True)
class Launch:
    """Who flies from where to what: the question of `launch_windows` with its catalog entries found.

    `price` is what the lead costs the launcher; None where no ascent of it has been studied.
    """

    station: str
    site: SiteData
    launcher: LauncherData
    ship: ShipData
    insertion: Insertion
    lead: Lead
    price: AscentPrice | None
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def pad(self) -> tuple[float, float, float]:
        """Geodetic latitude, longitude (rad) and height (m)."""
        return self.site.geodetic

    @property
    def azimuth_limits_deg(self) -> tuple[float | None, float | None]:
        """Least and greatest azimuth over the ground, deg; None where there is no limit."""
        if self.allowance.azimuth_deg is not None:
            return self.allowance.azimuth_deg
        low, high = self.site.azimuth_min_deg, self.site.azimuth_max_deg
        return (None if low is None else low.value), (None if high is None else high.value)


def launch(
    station: str,
    site: str,
    launcher: str,
    ship: str,
    *,
    lead: Lead | None = None,
    allowance: Allowance | None = None,
    catalog: str | Path | None = None,
) -> Launch:
    """Look up the names; `lead` replaces the calibrated one."""
    data, carried = vehicles.launcher(launcher, catalog), vehicles.ship(ship, catalog)
    vehicles.station(station, catalog)
    allowance = allowance or Allowance()
    price = ascent_price(data.flown_as, ship)
    if price is None and allowance.yaw_kg is not None:
        raise InputError(
            f"no ascent of {launcher} has been studied, so the price of yaw steering is not known",
            key="yaw-budget-kg", value=allowance.yaw_kg,
            remedy="Give a budget of the ship in m/s, or add the launcher to builders/study_leads.py.",
        )  # fmt: skip
    return Launch(
        station,
        vehicles.site(site, catalog),
        data,
        carried,
        launcher_insertion(data, ship),
        lead or launcher_lead(data, ship),
        price,
        allowance,
    )
