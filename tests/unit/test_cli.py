import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from zarya.cli import main


def zarya(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from zarya.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=folder, check=False
    )


def test_json_is_one_document_and_nothing_else() -> None:
    done = zarya("catalog", "launcher", "--json")
    assert done.returncode == 0
    entries = json.loads(done.stdout)["entries"]
    assert {"soyuz-2.1a", "falcon-9"} <= {item["name"] for item in entries}
    assert all(item["sources"] for item in entries if item["name"] == "soyuz-2.1a")


def test_bad_input_is_one_message_and_exit_code_two() -> None:
    done = zarya("check", "soyuz-ms-42")
    assert done.returncode == 2
    assert "soyuz-ms-24" in done.stderr
    assert "Traceback" not in done.stderr
    failed = zarya("fly", "soyuz-ms-42", "--json")
    assert failed.returncode == 2
    assert json.loads(failed.stdout)["problems"][0]["value"] == "soyuz-ms-42"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("fly --nope", "fly: no such option (found '--nope'). `zarya fly --help`"),
        ("fly soyuz-ms-24 --caes 3", "fly: no such option (found '--caes'). Did you mean --cases?"),
        ("fly", "fly: mission: missing. Name (soyuz-ms-24) or path of a mission file."),
        ("flyy", "no such command (found 'flyy'). Did you mean fly?"),
        ("fly soyuz-ms-24 --cases abc", "fly: --cases: not a whole number (found 'abc')."),
        ("land --propellant-kg=x", "land: --propellant-kg: not a number (found 'x')."),
        ("land --seed -1", "land: --seed: must be greater than or equal to 0 (found '-1')."),
        ("fly soyuz-ms-24 --until", "fly: --until: its value is missing."),
        ("fly soyuz-ms-24 soyuz-ms-25", "fly: got unexpected extra argument(s) (soyuz-ms-25)."),
        ("--nope", "no such option (found '--nope'). `zarya --help`"),
    ],
)
def test_what_the_parser_refuses_is_one_message(
    line: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *rest = shlex.split(line)
    for extra in ([], ["--json"]):
        monkeypatch.setattr("sys.argv", ["zarya", first, *extra, *rest])
        with pytest.raises(SystemExit) as done:
            main()
        said = capsys.readouterr()
        assert done.value.code == 2
        assert told in " ".join(said.err.split())
        assert "╭" not in said.err + said.out
        assert bool(said.out) == bool(extra)
    answer = json.loads(said.out)
    assert not answer["ok"]
    assert told in answer["error"]
    assert len(answer["problems"]) == 1


def test_the_bare_name_shows_the_help() -> None:
    done = zarya()
    assert done.returncode == 2
    assert "land" in done.stdout
    assert zarya("fly", "--help").returncode == 0


def test_new_file_passes_the_check(tmp_path: Path) -> None:
    assert zarya("new", "mine", folder=tmp_path).returncode == 0
    assert zarya("check", "mine.toml", folder=tmp_path).returncode == 0


def test_missions_are_listed_with_their_sources() -> None:
    (entry,) = json.loads(zarya("catalog", "mission", "--json").stdout)["entries"]
    assert entry["title"].startswith("Soyuz MS-24")
    assert entry["sources"]["landing"]
