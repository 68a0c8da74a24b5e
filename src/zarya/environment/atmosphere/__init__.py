"""Air: US76 below 80 km, NRLMSISE-00 of the flight's days above."""

from zarya.environment.atmosphere.density import DensityTable, density_table
from zarya.environment.atmosphere.space_weather import SpaceWeather, space_weather, steady_weather
from zarya.environment.atmosphere.us76 import Air, us76

__all__ = ["Air", "DensityTable", "SpaceWeather", "density_table", "space_weather", "steady_weather", "us76"]
