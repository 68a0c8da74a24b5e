"""Of the element sets a user gives, those of the station the question is about."""

from collections.abc import Sequence
from pathlib import Path

from zarya.gnc.element_choice import ElementHistory
from zarya.orbits.tle import ElementSet
from zarya.vehicles import catalog as vehicles


def station_sets(
    sets: Sequence[ElementSet] | ElementHistory, station: str, catalog: str | Path | None = None
) -> ElementHistory:
    """The history of a station of the catalog; a file may hold other satellites beside it.

    Raises
    ------
    InputError : it holds other satellites only.
    """
    history = sets if isinstance(sets, ElementHistory) else ElementHistory(sets)
    return history.of_satellite(vehicles.station(station, catalog).norad_id, station)
