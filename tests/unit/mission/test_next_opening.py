"""When a closed scheme opens again: the day the study of windows finds too."""

from dataclasses import replace
from functools import cached_property

import zarya
from zarya.gnc.element_choice import ElementHistory
from zarya.mission.lift import lift_off, next_opening
from zarya.mission.scenario import Scenario
from zarya.studies.windows import launch_windows
from zarya.time import Epoch
from zarya.units import HOUR


class _Later(Scenario):
    @cached_property
    def search_from(self) -> Epoch:
        """A day after the flown launch: no scheme but the long one is near."""
        return Epoch.from_iso("2023-09-16T12:00:00Z")


def test_the_day_a_scheme_opens_is_that_of_the_windows() -> None:
    scenario = replace(zarya.load("soyuz-ms-24"))
    later = _Later(**{name: getattr(scenario, name) for name in scenario.__dataclass_fields__})
    lift = lift_off(later)
    for orbits in (4, 34):
        found = next_opening(later, lift, orbits)
        assert found is not None
        assert found.liftoff - lift.epoch > 0.0
        rows = launch_windows(
            "iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", ElementHistory(later.element_sets), lift.epoch,
            found.liftoff + HOUR, f"{orbits}-orbit",
        )  # fmt: skip
        opens = [row for row in rows if row["open_by_published_limit"] and row["direction"] == "ascending"]
        assert opens
        first = next(row for row in opens if Epoch.from_iso(row["liftoff_utc"]) - lift.epoch > HOUR)
        assert abs(Epoch.from_iso(first["liftoff_utc"]) - found.liftoff) < 30.0
