"""The rendezvous in two orbits: four burns to 3 km behind and 1 km below the station, and what the optimum says."""

import math

import zarya

STANDARD_GRAVITY = 9.80665


def main() -> None:
    scenario = zarya.load("soyuz-ms-24")
    flight = zarya.fly(scenario, until="phasing")
    burns = [burn for burn in flight.burns if burn.phase == "phasing"]
    for burn in burns:
        x, y, z = burn.dv_lvlh_m_s
        size = f"{burn.delta_v_m_s:6.2f} m/s"
        print(f"{flight.utc(burn.t_s)[11:19]} {size}: along {x:+6.2f}, across {y:+5.2f}, down {z:+5.2f}")
    total, bound = flight.figures["phasing_delta_v_m_s"], flight.figures["phasing_bound_m_s"]
    print(f"total {total:.2f} m/s; no burns at the allowed times cost less than {bound:.2f} m/s")
    print(f"aim missed by {flight.figures['aim_residual_m']:.2f} m and {flight.figures['aim_residual_m_s']:.4f} m/s")
    assert bound - 0.01 < total < bound + 2.0
    assert flight.figures["aim_residual_m"] < 10.0

    # Tsiolkovsky: the propellant of all burns is that of their sum.
    mass = scenario.ship.mass_kg.value
    exhaust = STANDARD_GRAVITY * float(scenario.ship.pytree().engine_isp_s)
    expected = mass * -math.expm1(-total / exhaust)
    used = sum(burn.propellant_kg for burn in burns)
    print(f"propellant {used:.1f} kg; the rocket equation says {expected:.1f} kg")
    assert abs(used - expected) < 0.01 * expected


if __name__ == "__main__":
    main()
