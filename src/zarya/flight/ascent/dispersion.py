"""What differs from the plan in one ascent: factors on the launcher and the air, delays, wind, navigation errors."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.environment.wind import WindProfile
from zarya.vehicles.launcher import Launcher


class AscentDispersion(eqx.Module):
    """One case; a batch has one leading axis on every field, so that `jax.vmap` runs over cases.

    Parameters
    ----------
    thrust, specific_impulse, dry_mass, load : (stage,) factors, 1 nominal.
    drag, density : () factors on the drag coefficient and on the density.
    wind : added to the wind of the plan.
    ignition_delay_s : (stage,) s, for stages lit in flight.
    navigation_r_gcrf, navigation_v_gcrf : (3,) m, m/s, error of the navigated state at insertion; grows evenly from
        zero at lift-off.
    """

    thrust: Float[Array, " stage"]
    specific_impulse: Float[Array, " stage"]
    dry_mass: Float[Array, " stage"]
    load: Float[Array, " stage"]
    drag: Scalar
    density: Scalar
    wind: WindProfile
    ignition_delay_s: Float[Array, " stage"]
    navigation_r_gcrf: Vector3
    navigation_v_gcrf: Vector3

    def applied(self, launcher: Launcher) -> Launcher:
        """The launcher of this case: the flow follows from thrust over specific impulse."""
        lit_in_flight = launcher.ignition_s > 0.0
        delay = jnp.where(lit_in_flight, self.ignition_delay_s, 0.0)
        flown: Launcher = eqx.tree_at(
            lambda x: (x.thrust_vacuum_n, x.isp_vacuum_s, x.dry_kg, x.propellant_kg, x.ignition_s, x.throttle),
            launcher,
            (
                launcher.thrust_vacuum_n * self.thrust,
                launcher.isp_vacuum_s * self.specific_impulse,
                launcher.dry_kg * self.dry_mass,
                launcher.propellant_kg * self.load,
                launcher.ignition_s + delay,
                launcher.throttle.at[..., 0].add(delay[:, None]),
            ),
        )
        return flown


def nominal(stages: int, levels: int = 12) -> AscentDispersion:
    """No dispersion, for a launcher of so many stage rows and `levels` levels of wind (0 to 30 km)."""
    one, zero = jnp.ones(stages), jnp.zeros(levels)
    return AscentDispersion(
        thrust=one,
        specific_impulse=one,
        dry_mass=one,
        load=one,
        drag=jnp.ones(()),
        density=jnp.ones(()),
        wind=WindProfile(jnp.linspace(0.0, 30_000.0, levels), zero, zero),
        ignition_delay_s=jnp.zeros(stages),
        navigation_r_gcrf=jnp.zeros(3),
        navigation_v_gcrf=jnp.zeros(3),
    )
