from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from agent.configuration.layers import load, names
from agent.configuration.paths import locate
from agent.configuration.settings import Settings
from agent.configuration.settings_table import as_toml, rows
from agent.errors import SettingsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_flag_wins_over_environment_wins_over_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("passages = 1\nhistory = 1\nthreads = 1\n", encoding="utf-8")
    monkeypatch.setenv("HOMESPUN_PASSAGES", "2")
    monkeypatch.setenv("HOMESPUN_HISTORY", "2")
    loaded = load(file, {"passages": 3})
    assert (loaded.settings.passages, loaded.settings.history, loaded.settings.threads) == (3, 2, 1)
    assert loaded.origins["passages"] == "flag"
    assert loaded.origins["history"] == "HOMESPUN_HISTORY"
    assert loaded.origins["threads"] == str(file)
    assert loaded.origins["model"] == "default"


def test_groups_can_be_set_everywhere(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[serve]\nport = 1000\nhost = "::1"\n', encoding="utf-8")
    monkeypatch.setenv("HOMESPUN_SERVE__PORT", "2000")
    loaded = load(file, {"serve.queue": "3"})
    assert (loaded.settings.serve.host, loaded.settings.serve.port, loaded.settings.serve.queue) == (
        "::1",
        2000,
        3,
    )
    assert loaded.origins["serve.port"] == "HOMESPUN_SERVE__PORT"


def test_folders_in_one_variable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMESPUN_DOCS", os.pathsep.join(["/a", "~/b"]))
    assert load(file).settings.docs == [Path("/a"), Path("~/b").expanduser()]


def test_a_home_that_is_not_there_leaves_the_path_as_it_is(file: Path) -> None:
    assert load(file, {"docs": ["~nobody-of-that-name/b"]}).settings.docs == [Path("~nobody-of-that-name/b")]


def test_a_file_that_begins_with_a_byte_order_mark(file: Path) -> None:
    file.write_text("passages = 3\n", encoding="utf-8-sig")
    assert load(file).settings.passages == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pasages = 3", "Did you mean passages?"),
        ("[serve]\nprot = 3", "Did you mean serve.port?"),
        ("passages = 0", "The setting passages ("),
        ('passages = "many"', "cannot be 'many'"),
        ("passages = ", "is not valid TOML"),
        ("[passages]\nx = 1", "passages"),
        ("serve = 3", "serve"),
        ("[serve]\nport = 99999", "The setting serve.port ("),
        ("[mcp.harbour]\ncommand = 1", "settings.toml) cannot be 1"),
    ],
)
def test_mistakes_in_the_file_are_one_sentence(file: Path, content: str, said: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("group", ["serve", "mcp", "model"])
def test_a_setting_within_one_that_has_a_value_is_refused(file: Path, group: str) -> None:
    with pytest.raises(SettingsError, match=rf"{group}\.port cannot be set where {group} is given a value"):
        load(file, {group: "1", f"{group}.port": "3"})


def test_a_file_that_is_no_text(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load(file)


def test_an_unknown_variable_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMESPUN_MODLE", "x")
    with pytest.raises(SettingsError, match=r"HOMESPUN_MODLE.*Did you mean HOMESPUN_MODEL"):
        load(file)


def test_a_variable_that_is_no_json_is_one_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMESPUN_MCP", "harbour")
    with pytest.raises(SettingsError, match="HOMESPUN_MCP is not valid JSON"):
        load(file)


def test_every_setting_is_described(file: Path) -> None:
    table = list(rows(load(file)))
    assert [row.name for row in table] == list(names(Settings))
    assert all(row.meaning.endswith((".", ")")) and row.value for row in table)


def test_secrets_are_not_shown(file: Path) -> None:
    loaded = load(file, {"serve.token": "hunter2"})
    assert "hunter2" not in str(list(rows(loaded)))


@pytest.mark.parametrize(
    "content",
    [
        '[mcp.x]\ncommand = "a"\nurl = "b"\nenv = {KEY = "hunter2"}',
        '[mcp.x]\ncommand = "a"\nenv = "KEY=hunter2"',
        '[mcp.x]\ncommand = "a"\nargs = "--key=hunter2"',
        '[mcp.x]\ncommand = ["a", "hunter2"]',
        '[mcp.x]\ncommand = "a"\npassword = "hunter2"',
        '[serve]\ntoken = ["hunter2"]',
        "[serve]\ntoken = 0x68756e74657232",
        '[serve.port]\ntoken = "hunter2"',
    ],
)
def test_mistakes_show_no_secrets(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"The setting .+ cannot be used: ") as caught:
        load(file)
    assert "hunter2" not in str(caught.value)
    assert str(0x68756E74657232) not in str(caught.value)


def test_home_moves_everything(home: Path) -> None:
    paths = locate()
    for place in (paths.settings_file, paths.indexes, paths.database, paths.memory, paths.history):
        assert place.is_relative_to(home)
    assert not home.exists()


@pytest.mark.parametrize("text", ["\U0001f600 notes", 'a\x7f\x1b\n"\\b', "caf\u00e9"])
def test_any_text_is_kept_as_toml(text: str) -> None:
    assert tomllib.loads(f"a = {as_toml(text)}\nb = {as_toml([Path(text)])}") == {"a": text, "b": [text]}
