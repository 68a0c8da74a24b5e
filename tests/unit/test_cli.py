import json
import subprocess
import sys
from pathlib import Path


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


def test_new_file_passes_the_check(tmp_path: Path) -> None:
    assert zarya("new", "mine", folder=tmp_path).returncode == 0
    assert zarya("check", "mine.toml", folder=tmp_path).returncode == 0
