# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from guiju.app.settings import Settings, read_settings
from guiju.kernel import Invalid


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "HOST", "PORT", "WORKERS", "DATABASE", "UPSTREAM", "DEMO"):
        monkeypatch.delenv(f"GUIJU_{name}", raising=False)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each layer changes what it names and nothing else."""
    (tmp_path / "guiju.toml").write_text('port = 9001\nhost = "127.0.0.2"\nworkers = 2\n')
    monkeypatch.setenv("GUIJU_PORT", "9002")
    monkeypatch.setenv("GUIJU_UPSTREAM", "http://127.0.0.1:1/v1")
    settings = read_settings(str(tmp_path), port=9003, host=None)
    assert settings == Settings(
        data=str(tmp_path),
        host="127.0.0.2",
        port=9003,
        workers=2,
        upstream="http://127.0.0.1:1/v1",
    )


def test_without_a_wish_the_data_is_beside_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./var`, or where the environment says."""
    monkeypatch.chdir(tmp_path)
    assert read_settings().data == str(tmp_path / "var")
    monkeypatch.setenv("GUIJU_DATA", str(tmp_path / "else"))
    assert read_settings().folder == tmp_path / "else"
    assert read_settings().database_url == f"sqlite:///{tmp_path}/else/guiju.db"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("prot = 1\n", "unknown setting prot; did you mean port"),
        ("port = 'x'\n", "must give port as int"),
        ("port = 0\n", "has port 0"),
        ("port = 70000\n", "has port 70000"),
        ("workers = 0\n", "must have 1 to 64 workers"),
        ('upstream = "ftp://x"\n', "no http(s) address"),
        ("port = \n", "is not TOML"),
        ("demo = 1\n", "must give demo as bool"),
    ],
)
def test_a_bad_setting_is_one_line_with_place_and_remedy(
    tmp_path: Path, content: str, said: str
) -> None:
    """File, what is wrong, and what would be right."""
    (tmp_path / "guiju.toml").write_text(content)
    with pytest.raises(Invalid) as caught:
        read_settings(str(tmp_path))
    line = caught.value.message("en")
    assert caught.value.code == "config-invalid"
    assert str(tmp_path / "guiju.toml") in line
    assert said in line
    assert "\n" not in line


def test_settings_travel_to_workers_unchanged() -> None:
    """What a parent writes, a worker reads."""
    settings = Settings(data="/d", port=1234, workers=3, upstream="http://h/v1", demo=False)
    assert Settings.from_text(settings.to_text()) == settings
