"""A file is replaced only by a complete one."""

from pathlib import Path

import pytest

from zarya.errors import InputError
from zarya.exchange.atomic import write_atomically


def test_replaces_and_leaves_nothing_beside(tmp_path: Path):
    path = tmp_path / "ship.oem"
    path.write_text("old")
    assert write_atomically(path, "new") == path
    assert path.read_text() == "new"
    assert write_atomically(path, b"\x00\x01").read_bytes() == b"\x00\x01"
    assert [item.name for item in tmp_path.iterdir()] == ["ship.oem"]


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "ship.oem"
    path.write_text("old")

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(InputError, match="No space left on device"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["ship.oem"]


def test_no_such_folder(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be written"):
        write_atomically(tmp_path / "nowhere" / "ship.oem", "new")
    with pytest.raises(InputError, match="it is a folder"):
        write_atomically(tmp_path, "new")
