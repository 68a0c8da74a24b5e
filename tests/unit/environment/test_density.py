"""The table against the model it was made from, and how the two models join."""

import jax
import jax.numpy as jnp
import numpy as np
import pymsis
import pytest

from zarya.bodies import positions_gcrf
from zarya.environment.atmosphere import DensityTable, density_table, space_weather, steady_weather, us76
from zarya.environment.atmosphere.space_weather import Indices
from zarya.errors import CoverageError, InputError
from zarya.frames import earth_orientation, itrf_from_geodetic
from zarya.time import Epoch

STORM = Epoch.from_iso("2023-11-04T15:44:35.417Z")
"""The equation of time is 16 minutes, and the next day's ap jumps from 27 to 154."""
DAYS = 2.0
read = jax.jit(jax.vmap(DensityTable.density_kg_m3, (None, 0, 0, 0)))


class Places:
    """Random instants and places over the whole Earth."""

    def __init__(self, t_s: np.ndarray, bottom_m: float, top_m: float, seed: int = 1) -> None:
        generator, count = np.random.default_rng(seed), len(t_s)
        self.t_s = t_s
        self.latitude = np.arcsin(generator.uniform(-1.0, 1.0, count))
        self.longitude = generator.uniform(-np.pi, np.pi, count)
        self.height_m = generator.uniform(bottom_m, top_m, count)
        self.r_itrf = jax.vmap(itrf_from_geodetic)(*map(jnp.asarray, (self.latitude, self.longitude, self.height_m)))
        jd1, jd2 = STORM.jd("utc")
        self.mjd = jd1 - 2_400_000.5 + jd2 + t_s / 86_400.0

    def table(self, table: DensityTable) -> np.ndarray:
        return np.asarray(read(table, jnp.asarray(self.t_s), self.r_itrf, jnp.asarray(sun_itrf(self.t_s))))

    def model(self, indices: Indices) -> np.ndarray:
        dates = np.datetime64("1858-11-17", "ms") + np.rint(self.mjd * 86_400_000.0).astype("timedelta64[ms]")
        return pymsis.calculate(
            dates,
            np.degrees(self.longitude),
            np.degrees(self.latitude),
            self.height_m / 1e3,
            indices.f107_sfu,
            indices.f107_mean81_sfu,
            indices.ap,
            version=0,
            geomagnetic_activity=-1,
        )[:, 0]


def sun_itrf(t_s: np.ndarray) -> np.ndarray:
    earth = earth_orientation(STORM, -1e4, (DAYS + 1) * 86_400.0)
    dcm = jax.vmap(earth.dcm_itrf_from_gcrf)(jnp.asarray(t_s))
    return np.einsum("tij,tj->ti", np.asarray(dcm), positions_gcrf(STORM, t_s)[0])


@pytest.fixture(scope="module")
def steady() -> DensityTable:
    return density_table(STORM, 0.0, DAYS * 86_400.0, steady_weather(150.0, 140.0, 12.0))


@pytest.fixture(scope="module")
def stormy() -> DensityTable:
    return density_table(STORM, 0.0, DAYS * 86_400.0)


@pytest.mark.parametrize(("bottom_km", "top_km"), [(91, 120), (120, 200), (200, 500), (500, 1000)])
def test_within_one_per_cent_of_the_model(steady: DensityTable, bottom_km: float, top_km: float) -> None:
    places = Places(np.random.default_rng(0).uniform(0.0, DAYS * 86_400.0, 5_000), bottom_km * 1e3, top_km * 1e3)
    error = np.log(places.table(steady) / places.model(steady_weather(150.0, 140.0, 12.0).indices(places.mjd)))
    assert np.abs(error).max() < 0.01
    assert error.std() < 0.002


def test_in_a_storm_each_three_hours_are_met_in_their_middle(stormy: DensityTable) -> None:
    start = float(stormy.start_s)
    t_s = start + 10_800.0 * np.repeat(np.arange(4, 20), 100)
    places = Places(t_s, 250e3, 500e3)
    indices = space_weather().indices(places.mjd)
    assert indices.ap[:, 1].max() == 154.0
    assert np.abs(np.log(places.table(stormy) / places.model(indices))).max() < 0.01


def test_in_a_storm_the_steps_are_smoothed(stormy: DensityTable) -> None:
    """Against the model with its indices running linearly from middle to middle of the three hours."""
    places = Places(np.random.default_rng(2).uniform(0.0, DAYS * 86_400.0, 5_000), 250e3, 500e3)
    before = (np.floor(places.mjd * 8.0 - 0.5) + 0.5) / 8.0
    x = (places.mjd - before) * 8.0
    a, b = (space_weather().indices(mjd) for mjd in (before, before + 0.125))
    mixed = Indices(
        (1 - x) * a.f107_sfu + x * b.f107_sfu,
        (1 - x) * a.f107_mean81_sfu + x * b.f107_mean81_sfu,
        (1 - x)[:, None] * a.ap + x[:, None] * b.ap,
    )
    error = np.log(places.table(stormy) / places.model(mixed))
    assert error.std() < 0.012
    assert np.abs(error).max() < 0.10  # in the three hours before ap leaps from 27 to 154


def test_ground_to_80_km_is_the_standard_atmosphere(steady: DensityTable) -> None:
    heights = jnp.linspace(0.0, 80_000.0, 81)
    r_itrf = jax.vmap(lambda h: itrf_from_geodetic(jnp.asarray(0.8), jnp.asarray(1.1), h))(heights)
    sun = jnp.broadcast_to(jnp.array([1.0, 0.0, 0.0]), r_itrf.shape)
    rho = read(steady, jnp.full(81, 3_600.0), r_itrf, sun)
    np.testing.assert_allclose(rho, jax.vmap(us76)(heights).density_kg_m3, rtol=1e-9)


@pytest.mark.parametrize(("latitude", "longitude"), [(0.8, 1.1), (0.0, -2.0), (-1.4, 0.3), (1.5, 3.0)])
def test_density_falls_smoothly_all_the_way_up(steady: DensityTable, latitude: float, longitude: float) -> None:
    heights = jnp.linspace(0.0, 1.5e6, 15_001)
    r_itrf = jax.vmap(lambda h: itrf_from_geodetic(jnp.asarray(latitude), jnp.asarray(longitude), h))(heights)
    sun = jnp.broadcast_to(jnp.array([1.0, 0.0, 0.0]), r_itrf.shape)
    log_rho = np.log(np.asarray(read(steady, jnp.full(15_001, 3_600.0), r_itrf, sun)))
    falls = -np.diff(log_rho) / 100.0  # inverse scale height, 1/m
    assert falls.min() > 1.0 / 400e3
    assert falls.max() < 1.0 / 3_000.0
    assert np.abs(np.diff(falls))[1:].max() < 3e-5


def test_nothing_jumps_across_midnight_or_a_pole(steady: DensityTable) -> None:
    def rho(latitude: float, longitude: float) -> float:
        r_itrf = itrf_from_geodetic(jnp.asarray(latitude), jnp.asarray(longitude), jnp.asarray(4e5))
        return float(steady.density_kg_m3(jnp.asarray(5e4), r_itrf, jnp.array([1.0, 0.0, 0.0])))

    assert rho(0.5, np.pi - 1e-9) == pytest.approx(rho(0.5, -np.pi + 1e-9), rel=1e-8)
    half_pi = np.pi / 2.0
    for longitude in (0.0, 1.0, 2.5):
        assert rho(half_pi - 1e-9, longitude) == pytest.approx(rho(half_pi - 1e-9, longitude + np.pi), rel=1e-8)
        assert rho(-half_pi + 1e-9, longitude) == pytest.approx(rho(-half_pi + 1e-9, 0.0), rel=0.01)


def test_denser_in_the_afternoon_with_a_hotter_sun_and_in_a_storm() -> None:
    def rho(solar_hour: float, f107: float, ap: float) -> float:
        table = density_table(STORM, 0.0, 10_800.0, steady_weather(f107, f107, ap))
        r_itrf = itrf_from_geodetic(jnp.asarray(0.1), jnp.asarray(np.pi / 12 * (solar_hour - 12)), jnp.asarray(4.2e5))
        return float(table.density_kg_m3(jnp.asarray(5e3), r_itrf, jnp.array([1.0, 0.0, 0.0])))

    quiet = rho(14.0, 120.0, 5.0)
    assert quiet > 2.0 * rho(4.0, 120.0, 5.0)
    assert rho(14.0, 200.0, 5.0) > 2.0 * quiet
    assert rho(14.0, 120.0, 100.0) > 1.3 * quiet


def test_dates_without_space_weather_are_refused() -> None:
    with pytest.raises(CoverageError):
        density_table(Epoch.from_iso("2052-01-01T00:00:00Z"), 0.0, 3_600.0)
    with pytest.raises(InputError):
        density_table(STORM, 3_600.0, 0.0)


def test_the_ends_of_the_table_hold_beyond_it(steady: DensityTable) -> None:
    r_itrf = itrf_from_geodetic(jnp.asarray(0.3), jnp.asarray(1.0), jnp.asarray(4e5))
    far = [float(steady.density_kg_m3(jnp.asarray(t), r_itrf, jnp.array([1.0, 0.0, 0.0]))) for t in (-1e7, 1e6, 1e8)]
    assert far[1] == far[2]
    assert all(1e-13 < rho < 1e-10 for rho in far)
