"""What differs from the plan in one ascent: factors on the launcher and the air, delays, wind, navigation errors."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from zarya.arrays import Scalar, Vector3
from zarya.constants import STANDARD_GRAVITY_M_S2
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
        """The launcher of this case: the flow follows from thrust over specific impulse, the clock from the tanks."""
        lit_in_flight = launcher.ignition_s > 0.0
        moved = self._moved_s(launcher)
        # what is lit in flight waits for the cut-off of the stage below it
        below = jnp.concatenate([jnp.zeros(1), moved[:-1]])
        late = jnp.where(lit_in_flight, below + self.ignition_delay_s, 0.0)
        rows = launcher.throttle[..., 0]
        in_shutdown = rows >= launcher.shutdown_s[:, None]  # nan: never
        owner = launcher.jettison_stage.astype(jnp.int32)
        with_stage = jnp.where(owner < 0, 0.0, below[jnp.maximum(owner, 0)])
        flown: Launcher = eqx.tree_at(
            lambda x: (
                x.thrust_vacuum_n,
                x.isp_vacuum_s,
                x.dry_kg,
                x.propellant_kg,
                x.ignition_s,
                x.cutoff_s,
                x.separation_s,
                x.jettison_s,
                x.throttle,
            ),
            launcher,
            (
                launcher.thrust_vacuum_n * self.thrust,
                launcher.isp_vacuum_s * self.specific_impulse,
                launcher.dry_kg * self.dry_mass,
                launcher.propellant_kg * self.load,
                launcher.ignition_s + late,
                launcher.cutoff_s + moved,
                launcher.separation_s + moved,
                launcher.jettison_s + with_stage,
                launcher.throttle.at[..., 0].add(late[:, None] + jnp.where(in_shutdown, moved[:, None], 0.0)),
            ),
        )
        return flown

    def _moved_s(self, launcher: Launcher) -> Float[Array, " stage"]:
        """How much later the shut-down of each stage comes so that its tanks hold what they hold undispersed, s.

        **Model** the flow follows the throttle table, so the propellant spent by the clock goes with thrust over
        specific impulse; what is over or short is burnt at the level held before the shut-down. Zero for a cut-off by
        the clock, by guidance or by depletion.
        """
        rows, fraction = launcher.throttle[..., 0], launcher.throttle[..., 1]
        end = launcher.cutoff_s[:, None]
        start = jnp.clip(rows, jnp.maximum(launcher.ignition_s, 0.0)[:, None], end)
        spent_s = jnp.sum(fraction * jnp.diff(start, axis=1, append=end), axis=1)
        flow = launcher.thrust_vacuum_n / (launcher.isp_vacuum_s * STANDARD_GRAVITY_M_S2)
        ratio = self.thrust / self.specific_impulse
        before = jnp.sum(rows < launcher.shutdown_s[:, None], axis=1) - 1
        held = jnp.take_along_axis(fraction, jnp.maximum(before, 0)[:, None], axis=1)[:, 0]
        over_kg = launcher.propellant_kg * (self.load - 1.0) + flow * spent_s * (1.0 - ratio)
        is_level = jnp.isfinite(launcher.shutdown_s)
        return jnp.where(is_level, over_kg / (flow * ratio * jnp.where(is_level, held, 1.0)), 0.0)


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
