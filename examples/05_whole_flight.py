"""Soyuz MS-24 from the pad to docking, as `zarya fly soyuz-ms-24 --until docking` flies it."""

import zarya


def main() -> None:
    flight = zarya.fly(zarya.load("soyuz-ms-24"), until="docking")
    for event in flight.events:
        beside = "" if event.flown is None else f"flown {event.flown.epoch.iso()[11:19]} ({event.flown.grade})"
        print(f"{flight.utc(event.t_s)[11:21]}  {event.name:22s} {beside}")
    assert flight.is_docked
    docking = flight.docking
    assert docking is not None
    print(f"contact at {docking.axial_m_s:.3f} m/s, {docking.lateral_m:.3f} m off the axis")
    print(f"propellant left over the deorbit reserve: {flight.propellant.margin_kg:.0f} kg")
    assert docking.is_inside_limits
    assert flight.propellant.margin_kg > 0.0
    # Every kilogram is in the books: what the tanks lost is what the phases used.
    used = sum(flight.propellant.used_kg.values())
    lost = flight.scenario.ship.mass_kg.value - flight.ship.mass_kg[-1]
    print(f"used {used:.2f} kg, the ship is {lost:.2f} kg lighter")
    assert abs(used - lost) < 0.01


if __name__ == "__main__":
    main()
