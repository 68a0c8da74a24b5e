"""The OPM of a fitted orbit, with its covariance."""

from pathlib import Path

import numpy as np

from zarya.dynamics.orbit_fit import OrbitFit
from zarya.exchange.messages import write_message
from zarya.exchange.records import Covariance, Spacecraft, StateMessage, Trajectory
from zarya.vehicles import catalog as vehicles

_DESIGNATORS = {25544: "1998-067-A", 48274: "2021-035-A"}


def write_fit(path: Path | str, station: str, fit: OrbitFit, *, catalog: str | Path | None = None) -> Path:
    """Write a fit as an OPM in GCRF; the drag area carries the fitted factor."""
    data = vehicles.station(station, catalog)
    state = Trajectory(
        object_name=data.title, object_id=_DESIGNATORS.get(data.norad_id, str(data.norad_id)), frame="gcrf",
        epoch=fit.epoch, t_s=np.zeros(1), r_m=fit.r_gcrf[None], v_m_s=fit.v_gcrf[None],
    )  # fmt: skip
    craft = Spacecraft(
        mass_kg=data.mass_kg.value, drag_area_m2=data.drag_area_m2.value * fit.drag_scale,
        drag_coeff=data.drag_coefficient.value, solar_rad_area_m2=0.0, solar_rad_coeff=0.0,
    )  # fmt: skip
    symmetric = 0.5 * (fit.covariance[:6, :6] + fit.covariance[:6, :6].T)
    return write_message(path, StateMessage(state, spacecraft=craft, covariance=Covariance(symmetric)))
