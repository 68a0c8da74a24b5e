"""What a flight that cannot be lacks: kilograms too many, and the day a closed scheme opens."""

from dataclasses import replace

from zarya.flight.ascent import heaviest_kg
from zarya.mission.book import Book
from zarya.mission.launch import planned_ascent
from zarya.mission.lift import next_opening
from zarya.mission.setting import Setting
from zarya.units import DEG


def too_heavy(setting: Setting, book: Book) -> None:
    """Say how many kilograms keep the ship from its orbit; the steering is planned once more near the limit."""
    ship = setting.scenario.ship
    mass_kg = ship.mass_kg.value
    most_kg = heaviest_kg(setting.ascent)
    if most_kg is not None and most_kg < mass_kg:
        near = ship.mass_kg.model_copy(update={"value": min(mass_kg, 1.04 * most_kg)})
        lighter = replace(setting.scenario, ship=ship.model_copy(update={"mass_kg": near}))
        most_kg = heaviest_kg(planned_ascent(lighter, setting.lift, setting.around)) or most_kg
    if most_kg is None:
        book.notes.append(f"{setting.scenario.launcher.name} does not put a third of the ship's mass into this orbit")
    elif most_kg < mass_kg:
        book.figures["ship_too_heavy_kg"] = mass_kg - most_kg
        book.notes.append(
            f"the ship is {mass_kg - most_kg:.0f} kg too heavy: {setting.scenario.launcher.name} puts "
            f"{most_kg:.0f} kg of its {mass_kg:.0f} kg into this orbit"
        )


def opens_next(setting: Setting, orbits: int) -> str:
    """When a closed scheme opens again, in words."""
    found = next_opening(setting.scenario, setting.lift, orbits)
    if found is None:
        return ""
    return f"; it opens with the launch of {found.liftoff.iso()[:16]}Z (phase {found.phase_rad / DEG:.1f} deg)"
