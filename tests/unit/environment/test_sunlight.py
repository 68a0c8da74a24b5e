import jax
import jax.numpy as jnp
import numpy as np
import pytest

from zarya.constants import AU_M, RADIUS_SUN_M, WGS84_SEMI_MAJOR_AXIS_M
from zarya.environment.sunlight import beta_angle_rad, shadow_fraction

SUN = np.array([AU_M, 0.0, 0.0])
fraction = jax.jit(shadow_fraction)


def test_day_side_and_umbra() -> None:
    assert float(fraction(jnp.array([6.8e6, 0.0, 0.0]), jnp.asarray(SUN))) == 1.0
    assert float(fraction(jnp.array([-6.8e6, 0.0, 0.0]), jnp.asarray(SUN))) == 0.0
    assert float(fraction(jnp.array([-6.8e6, 6.5e6, 0.0]), jnp.asarray(SUN))) == 1.0
    beyond_the_umbra = jnp.array([-1.6e9, 0.0, 0.0])  # the cone ends at 1.38 million km
    ring = float(fraction(beyond_the_umbra, jnp.asarray(SUN)))
    discs = (WGS84_SEMI_MAJOR_AXIS_M / 1.6e9 / (RADIUS_SUN_M / (AU_M + 1.6e9))) ** 2
    assert ring == pytest.approx(1.0 - discs, rel=1e-4)


def test_fraction_counts_the_visible_disc() -> None:
    """Against counting points of the Sun's disc whose ray misses the Earth."""
    side = np.linspace(-1.0, 1.0, 801)
    y, z = np.meshgrid(side, side)
    inside = y**2 + z**2 <= 1.0
    for height in (6.36e6, 6.375e6, 6.385e6, 6.40e6):
        place = np.array([-2.5e6, height, 0.0])
        axis = (SUN - place) / np.linalg.norm(SUN - place)
        other = np.cross(axis, [0.0, 0.0, 1.0])
        other /= np.linalg.norm(other)
        distance = np.linalg.norm(SUN - place)
        sun = np.tan(np.arcsin(RADIUS_SUN_M / distance))  # angular radius of the limb
        rays = axis + sun * (y[..., None] * other + z[..., None] * np.cross(axis, other))
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        along = rays @ place
        misses = (along > 0.0) | (place @ place - along**2 > WGS84_SEMI_MAJOR_AXIS_M**2)
        visible = (misses & inside).sum() / inside.sum()
        assert 0.0 <= visible <= 1.0
        assert float(fraction(jnp.asarray(place), jnp.asarray(SUN))) == pytest.approx(visible, abs=3e-3)


def test_penumbra_is_monotone_and_smooth() -> None:
    heights = jnp.linspace(6.355e6, 6.41e6, 2_001)
    places = jnp.stack([jnp.full_like(heights, -2.5e6), heights, jnp.zeros_like(heights)], axis=1)
    lit = np.asarray(jax.vmap(shadow_fraction, (0, None))(places, jnp.asarray(SUN)))
    assert lit[0] == 0.0
    assert lit[-1] == 1.0
    assert np.all(np.diff(lit) >= 0.0)
    assert np.diff(lit).max() < 3e-3
    slope = jax.vmap(jax.grad(lambda r: shadow_fraction(r, jnp.asarray(SUN))))(places)
    assert np.all(np.isfinite(np.asarray(slope)))


def test_beta_angle() -> None:
    r, v = jnp.array([7.0e6, 0.0, 0.0]), jnp.array([0.0, 7.5e3, 0.0])
    for degrees in (-75.0, -10.0, 0.0, 90.0):
        angle = np.radians(degrees)
        sun = AU_M * jnp.array([0.3 * np.cos(angle), np.sqrt(0.91) * np.cos(angle), np.sin(angle)])
        assert float(beta_angle_rad(r, v, sun)) == pytest.approx(angle, abs=1e-12)
