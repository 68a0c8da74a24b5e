"""`zarya new`: a commented mission file to start from."""

from pathlib import Path

from zarya.errors import ScenarioError
from zarya.mission.scenario import MISSIONS


def write_template(name: str, folder: Path) -> tuple[Path, ...]:
    """Copy the reference mission under a new name, its element sets beside it; nothing existing is overwritten.

    Raises
    ------
    ScenarioError : the name is not a plain file name, or a file of that name is there.
    """
    if not name or Path(name).name != name or name.startswith("."):
        raise ScenarioError("not a plain file name", key="name", value=name, remedy="Use letters, digits and dashes.")
    mission, sets, later = folder / f"{name}.toml", folder / f"{name}.tle", folder / f"{name}-landing.tle"
    for path in (mission, sets, later):
        if path.exists():
            raise ScenarioError("the file exists", file=str(path), remedy="Choose another name or move the file.")
    source = MISSIONS / "soyuz-ms-24"
    text = (source / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace('name = "soyuz-ms-24"', f'name = "{name}"').replace('"station.tle" ', f'"{name}.tle" ')
    text = text.replace('"landing.tle" ', f'"{later.name}" ')
    first = f"# {name}: a copy of the reference mission to change. `zarya check {name}.toml` says what is wrong.\n"
    sets.write_text((source / "station.tle").read_text(encoding="utf-8"), encoding="utf-8")
    later.write_text((source / "landing.tle").read_text(encoding="utf-8"), encoding="utf-8")
    mission.write_text(first + text, encoding="utf-8")
    return mission, sets, later
