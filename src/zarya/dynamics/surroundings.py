"""What every body of one flight shares: the Earth's orientation, Sun and Moon, gravity field and air of its days."""

import equinox as eqx
import jax.numpy as jnp

from zarya.arrays import Scalar
from zarya.bodies import Ephemeris, ephemeris
from zarya.dynamics.loads import Drag, Gravity, SunAndMoon
from zarya.dynamics.motion import Load
from zarya.environment.atmosphere import DensityTable, SpaceWeather, density_table
from zarya.environment.gravity import GravityField, load_gravity
from zarya.frames import EarthOrientation, earth_orientation
from zarya.time import Epoch


class Surroundings(eqx.Module):
    """Tables of a flight's days, shared by the ship and the station."""

    earth: EarthOrientation
    ephemeris: Ephemeris
    field: GravityField
    air: DensityTable


def surroundings(
    epoch: Epoch, start_s: float | int, end_s: float | int, *, degree: int = 20, weather: SpaceWeather | None = None
) -> Surroundings:
    """Prepare the surroundings from `start_s` to `end_s` (s from `epoch`) with EGM2008 to `degree`. Host side.

    Raises
    ------
    CoverageError : a date or degree outside what the data serve.
    """
    return Surroundings(
        earth=earth_orientation(epoch, start_s, end_s),
        ephemeris=ephemeris(epoch, start_s, end_s),
        field=load_gravity("egm2008", degree),
        air=density_table(epoch, start_s, end_s, weather),
    )


def orbital_loads(around: Surroundings, drag_area_m2: Scalar) -> tuple[Load, ...]:
    """Gravity, Sun and Moon, and drag on `drag_area_m2` (Cd times area): the forces of a free flight in low orbit."""
    return (
        Gravity(around.field, around.earth),
        SunAndMoon(around.ephemeris, jnp.asarray(1.0), jnp.asarray(1.0)),
        Drag(around.air, around.earth, around.ephemeris, drag_area_m2),
    )
