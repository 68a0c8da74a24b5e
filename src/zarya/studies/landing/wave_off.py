"""If this landing is waved off: the next one a revolution later, and the next one a day later."""

from collections.abc import Sequence
from typing import Final

from zarya.studies.landing.row import Row
from zarya.units import HOUR

KEYS: Final = (
    "wave_off_next_orbit_utc", "wave_off_next_orbit_zone", "wave_off_next_orbit_deorbit_utc",
    "wave_off_next_orbit_why_not", "wave_off_next_day_utc", "wave_off_next_day_zone",
    "wave_off_next_day_undocking_utc", "wave_off_next_day_why_not",
)  # fmt: skip
ORBIT_S: Final = (1.0 * HOUR, 2.2 * HOUR)
"""A landing so much later belongs to the next revolution."""
DAY_S: Final = (12.0 * HOUR, 36.0 * HOUR)
"""And so much later to the next day."""


def wave_off(row: Row, others: Sequence[Row]) -> Row:
    """The keys above for a feasible row, from the rows of other passes over its own zone and over others.

    **Model** the next revolution uses the ship already undocked, the next day a later undocking. A pass counts where
    its own row is feasible; one over the row's own zone is preferred. **Ignores** that a ship already undocked has
    drifted 20 km farther by then (3 s).
    """
    if not row["feasible"]:
        return dict.fromkeys(KEYS)
    orbit, why_orbit = _first(row, others, ORBIT_S)
    day, why_day = _first(row, others, DAY_S)
    return {
        "wave_off_next_orbit_utc": orbit and orbit["landing_utc"],
        "wave_off_next_orbit_zone": orbit and orbit["zone"],
        "wave_off_next_orbit_deorbit_utc": orbit and orbit["deorbit_utc"],
        "wave_off_next_orbit_why_not": why_orbit,
        "wave_off_next_day_utc": day and day["landing_utc"],
        "wave_off_next_day_zone": day and day["zone"],
        "wave_off_next_day_undocking_utc": day and day["undocking_utc"],
        "wave_off_next_day_why_not": why_day,
    }


def is_after(landing_s: float, row: Row) -> bool:
    """Whether a landing at that second would be a wave-off of the row."""
    later_s = landing_s - float(row["_landing_s"])
    return any(low <= later_s < high for low, high in (ORBIT_S, DAY_S))


def _first(row: Row, others: Sequence[Row], span_s: tuple[float, float]) -> tuple[Row | None, str]:
    """The best feasible landing in a span after the row, or why the nearest pass of the span is none."""
    inside = [one for one in others if span_s[0] <= one["_landing_s"] - row["_landing_s"] < span_s[1]]
    good = [one for one in inside if one["feasible"]]
    if good:
        return min(good, key=lambda one: (one["zone"] != row["zone"], float(one["_landing_s"]))), ""
    if not inside:
        return None, "the station does not pass a zone then"
    nearest = min(inside, key=lambda one: float(one["closest_approach_km"]))
    return None, f"the nearest pass, landing {nearest['landing_utc']} at {nearest['zone']}: {nearest['why_not']}"
