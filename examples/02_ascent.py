"""The ascent of Soyuz MS-24: from the pad to the separation of the ship, and where the speed went."""

import numpy as np

import zarya
from zarya.units import DEG, KM


def main() -> None:
    flight = zarya.fly(zarya.load("soyuz-ms-24"), until="ascent")
    orbit, course = flight.insertion, flight.ascent
    assert orbit is not None
    for event in flight.events:
        print(f"{event.t_s:7.1f} s  {event.name}{'  (commanded)' if event.is_commanded else ''}")
    print(f"orbit {orbit.perigee_m / KM:.1f} x {orbit.apogee_m / KM:.1f} km, {orbit.period_s / 60.0:.2f} min")
    for name, (latitude, longitude, downrange) in flight.impacts.items():
        print(f"{name} falls at {latitude / DEG:.1f} N {longitude / DEG:.1f} E, {downrange / KM:.0f} km from the pad")

    figures = {name.removeprefix("ascent_"): value for name, value in flight.figures.items()}
    terms = {"ideal": 1, "back_pressure": -1, "steering": -1, "drag": -1, "lift": 1, "gravity": -1}
    for name, sign in terms.items():
        print(f"{name:14s} {sign * figures[f'{name}_m_s']:+8.1f} m/s")
    total = sum(sign * figures[f"{name}_m_s"] for name, sign in terms.items())
    print(f"{'gained':14s} {total:+8.1f} m/s")
    # What the engines could give less the losses is what the inertial speed grew by.
    speed = np.linalg.norm(flight.ship.v_gcrf, axis=1)
    assert abs(total - figures["gained_m_s"]) < 0.5
    assert abs(total - (speed.max() - speed[0])) < 5.0

    # The registered orbit, from an ascent that only loses mass and stays within the launcher's limits.
    assert abs(orbit.perigee_m / KM - 200.0) < 3.0
    assert abs(orbit.apogee_m / KM - 242.0) < 3.0
    assert abs(orbit.inclination_mean_rad / DEG - 51.65) < 0.01
    assert np.all(np.diff(course["mass_kg"]) <= 1e-6)
    assert figures["third_stage_propellant_left_kg"] > 0.0


if __name__ == "__main__":
    main()
