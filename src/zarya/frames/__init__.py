"""Reference frames: gcrf, itrf, teme, eme2000; lvlh, rtn and docking ports; geodetic and east-north-up."""

from zarya.frames.earth import (
    EarthOrientation,
    dcm_gcrf_from_eme2000,
    dcm_gcrf_from_teme,
    dcm_itrf_from_gcrf,
    dcm_itrf_from_pef,
    dcm_pef_from_teme,
    dcms_gcrf_from_teme,
    earth_orientation,
    gcrf_from_itrf,
    itrf_from_gcrf,
    omega_earth_gcrf,
)
from zarya.frames.geodetic import (
    azimuth_elevation_range,
    dcm_enu_from_itrf,
    geodetic_from_itrf,
    itrf_from_geodetic,
)
from zarya.frames.local import (
    absolute_from_lvlh_rotating,
    dcm_lvlh_from_gcrf,
    dcm_port_from_lvlh,
    dcm_rtn_from_gcrf,
    omega_lvlh_gcrf,
    relative_lvlh_rotating,
)

__all__ = [
    "EarthOrientation",
    "absolute_from_lvlh_rotating",
    "azimuth_elevation_range",
    "dcm_enu_from_itrf",
    "dcm_gcrf_from_eme2000",
    "dcm_gcrf_from_teme",
    "dcm_itrf_from_gcrf",
    "dcm_itrf_from_pef",
    "dcm_lvlh_from_gcrf",
    "dcm_pef_from_teme",
    "dcm_port_from_lvlh",
    "dcm_rtn_from_gcrf",
    "dcms_gcrf_from_teme",
    "earth_orientation",
    "gcrf_from_itrf",
    "geodetic_from_itrf",
    "itrf_from_gcrf",
    "itrf_from_geodetic",
    "omega_earth_gcrf",
    "omega_lvlh_gcrf",
    "relative_lvlh_rotating",
]
