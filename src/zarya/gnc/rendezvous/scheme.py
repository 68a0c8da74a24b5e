"""Rendezvous schemes as data: when the ship may burn on its way to the station."""

from dataclasses import dataclass
from typing import Final

from zarya.gnc.launch_instant import SCHEMES as TRANSFERS
from zarya.gnc.plane_crossing import Transfer
from zarya.gnc.schemes import AIM_BEFORE_CONTACT_S as AIM_BEFORE_CONTACT_S

AIM_LVLH_M: Final = (-3_000.0, 0.0, 1_000.0)
"""Aim point of phasing in the station's turning lvlh: 3 km behind, 1 km below, co-moving (zero rotating velocity)."""


@dataclass(frozen=True)
class Scheme:
    """What a rendezvous scheme allows.

    Parameters
    ----------
    orbits : name of the scheme, revolutions from lift-off to docking.
    transfer : lift-off to docking as the launch plane sees it, and the floor from which the phase is counted.
    burns : impulses of the plan.
    earliest_s : s after separation before which no burn is made (antennas, arrays, tests, first orbit determination).
    windows_s : (start, end) s; burns are made only inside. A positive pair counts from separation, a negative one from
        the aim; empty allows all of the flight.
    spacing_s : s, least time between two ignitions (turn, orbit determination, commands).
    last_s : s, the last burn is centred at least this long before the aim.
    trims : small corrections, planned at zero and used by re-planning, at these fractions of the coast between the last
        two burns, or, when the last burn comes long before the aim, of the coast after it.
    grid_s : s, spacing of the instants the planner may choose from.
    """

    orbits: int
    transfer: Transfer
    burns: int
    earliest_s: float
    windows_s: tuple[tuple[float, float], ...]
    spacing_s: float
    last_s: float
    trims: tuple[float, ...]
    grid_s: float


SCHEMES: Final[dict[int, Scheme]] = {
    1: Scheme(1, TRANSFERS[1], 3, 900.0, (), 900.0, 60.0, (0.4, 0.8), 40.0),
    2: Scheme(2, TRANSFERS[2], 4, 1_800.0, (), 1_200.0, 60.0, (0.4, 0.8), 60.0),
    4: Scheme(4, TRANSFERS[4], 4, 1_800.0, (), 1_200.0, 60.0, (0.4, 0.8), 60.0),
    34: Scheme(
        34, TRANSFERS[34], 5, 1_800.0, ((11_000.0, 22_000.0), (82_000.0, 92_000.0), (-9_000.0, 0.0)),
        1_200.0, 60.0, (0.4, 0.8), 120.0,
    ),
}  # fmt: skip
"""By orbits. Two orbits: first burn 41 min after lift-off and burns 46-58 min apart on Soyuz MS-17 (second hand, from
russianspaceweb.com); the limits here are wider. 34 orbits: burns in the third and fourth revolution, one on the second
day, and the autonomous rendezvous that starts 2 h 19 min before docking (Soyuz MS-03, blogs.esa.int/thomas-pesquet
2016-11-19). Earliest burn, spacing and trims are assumed, no source found."""
