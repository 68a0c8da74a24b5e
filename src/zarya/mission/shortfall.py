"""What a flight that cannot be lacks: kilograms too many, and the day a closed scheme opens."""

from dataclasses import replace

from zarya.flight.ascent import heaviest_kg
from zarya.mission.book import Book
from zarya.mission.launch import planned_ascent
from zarya.mission.lift import next_opening
from zarya.mission.scenario import Scenario
from zarya.mission.setting import Setting
from zarya.units import DEG


def too_heavy(setting: Setting, book: Book) -> None:
    """Say how many kilograms keep the ship from its orbit; the steering is planned once more near the limit."""
    scenario = setting.scenario
    mass_kg, launcher = scenario.ship.mass_kg.value, scenario.launcher
    most_kg = heaviest_kg(setting.ascent)
    if most_kg is not None and most_kg < mass_kg:
        most_kg = _heaviest_kg(setting, scenario, 1.04 * most_kg) or most_kg
    if most_kg is None:
        book.notes.append(f"{launcher.name} does not put a third of the ship's mass into this orbit")
    elif most_kg < mass_kg:
        book.figures["ship_too_heavy_kg"] = mass_kg - most_kg
        book.notes.append(
            f"the ship is {mass_kg - most_kg:.0f} kg too heavy: {launcher.name} puts "
            f"{most_kg:.0f} kg of its {mass_kg:.0f} kg into this orbit"
        )
        if scenario.reconciled is not None:
            other = replace(scenario, launcher=scenario.reconciled)
            flown_kg = _heaviest_kg(setting, other, 1.06 * most_kg)
            if flown_kg is not None:
                least = "at least " if flown_kg >= min(mass_kg, 1.06 * most_kg) else ""
                book.notes.append(
                    f"with the numbers reconciled with flown separations (launcher {scenario.reconciled.name}) "
                    f"it puts {least}{flown_kg:.0f} kg there"
                )


def _heaviest_kg(setting: Setting, scenario: Scenario, near_kg: float) -> float | None:
    """Heaviest ship of a mission like this one, up to its mass, the first stage steered for `near_kg`."""
    ship = scenario.ship
    near = ship.mass_kg.model_copy(update={"value": min(ship.mass_kg.value, near_kg)})
    lighter = replace(scenario, ship=ship.model_copy(update={"mass_kg": near}))
    return heaviest_kg(planned_ascent(lighter, setting.lift, setting.around))


def opens_next(setting: Setting, orbits: int) -> str:
    """When a closed scheme opens again, in words."""
    found = next_opening(setting.scenario, setting.lift, orbits)
    if found is None:
        return ""
    return f"; it opens with the launch of {found.liftoff.iso()[:16]}Z (phase {found.phase_rad / DEG:.1f} deg)"
