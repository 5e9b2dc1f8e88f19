"""The command line as scripts meet it: output, exit codes, and one sentence for every mistake."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from agent import assembly as assembly_module
from agent import cli
from agent.command_group import LazyGroup
from agent.configuration.paths import locate
from agent.configuration.settings import Settings
from agent.conversations.threads import ThreadStore
from agent.doctor import Finding, examine
from agent.parts import models, sentence_embedder
from agent.parts.library import index_folder
from corpora.prompt_digest import prompt_digest
from rag import FolderIndex
from tests.agent.conftest import FixedEmbedder
from tests.agent.fakes import LIGHTHOUSE, MemoryIndex, RuleModel, open_memory_index

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.run(list(arguments))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "open_model", lambda _: RuleModel())
    monkeypatch.setattr(
        assembly_module.Assembly, "_open_own_index", lambda self, folder: open_memory_index(folder)
    )


@pytest.mark.usefixtures("fakes")
class TestAsk:
    def test_json_keeps_the_contract(self, run: Run, folder: Path) -> None:
        code, out, err = run("ask", "How tall is the lighthouse?", "--docs", str(folder), "--json")
        assert (code, err) == (0, "")
        answer = json.loads(out)
        assert list(answer) == [
            "answer", "abstained", "confidence", "citations", "closest", "route", "seconds", "usage",
        ]  # fmt: skip
        [citation] = answer["citations"]
        assert list(citation) == [
            "path", "page", "start_line", "end_line", "start", "end", "quote", "score",
        ]  # fmt: skip
        assert LIGHTHOUSE[citation["start"] : citation["end"]] == citation["quote"]
        assert (answer["answer"], answer["abstained"], answer["route"]) == ("38", False, "documents")
        assert answer["closest"] == []

    def test_what_came_closest_is_told(self, run: Run, folder: Path) -> None:
        asked = ("ask", "How tall is the lighthouse?", "--docs", str(folder), "--set", "confidence=0.99")
        code, out, _ = run(*asked, "--thread", "island", "--json")
        answer = json.loads(out)
        assert (code, answer["answer"], answer["citations"]) == (3, None, [])
        assert [citation["quote"] for citation in answer["closest"]] == ["It is 38 metres tall."]
        exported = run("threads", "--export", "island")[1]
        assert "What comes closest is not sure enough (93%):\n\n> It is 38 metres tall." in exported
        assert "Confidence" not in exported

    def test_abstaining_is_exit_code_3(self, run: Run, folder: Path) -> None:
        code, out, _ = run("ask", "Who painted Guernica?", "--docs", str(folder), "--json")
        assert code == 3
        assert json.loads(out)["answer"] is None

    def test_plain_text_names_file_and_line(self, run: Run, folder: Path) -> None:
        code, out, err = run("ask", "How tall is it?", "--docs", str(folder))
        assert (code, err) == (0, "")
        assert out.startswith("38\n")
        assert '[1] island.md, line 4: "It is 38 metres tall."' in out

    def test_nothing_of_a_document_is_obeyed_by_the_terminal(self, run: Run, folder: Path) -> None:
        (folder / "evil.md").write_text(
            "# Towers\n\nThe tower is \x1b]0;gone\x07\x1b[2J 99 feet wide.\n", "utf-8"
        )
        code, out, _ = run("ask", "How wide is the tower?", "--docs", str(folder))
        assert code == 0
        assert "99" in out
        assert "\x1b" not in out
        _, out, _ = run("ask", "How wide is the tower?", "--docs", str(folder), "--json")
        assert "\x1b" not in out
        assert "\x1b[2J" in json.loads(out)["citations"][0]["quote"]

    def test_several_folders(self, run: Run, folder: Path, tmp_path: Path) -> None:
        other = tmp_path / "towers"
        other.mkdir()
        (other / "tower.md").write_text("# Towers\n\nThe tower is 99 feet wide.\n", "utf-8")
        code, out, _ = run("ask", "How wide is the tower?", "-d", str(folder), "-d", str(other), "--json")
        assert code == 0
        assert json.loads(out)["citations"][0]["path"] == "towers/tower.md"

    def test_a_folder_that_is_named_twice_is_read_once(self, run: Run, folder: Path) -> None:
        (folder.parent / "link").symlink_to(folder)
        places = [f"{folder}", f"{folder}/", f"{folder.parent}/link"]
        code, out, _ = run("ask", "How tall is it?", *(f"--docs={place}" for place in places), "--json")
        assert (code, json.loads(out)["citations"][0]["path"]) == (0, "island.md")

    def test_a_thread_remembers(self, run: Run, folder: Path) -> None:
        docs = ("--docs", str(folder), "--thread", "island")
        assert run("ask", "How tall is the lighthouse?", *docs)[0] == 0
        code, out, _ = run("ask", "When was it built?", *docs, "--json")
        assert (code, json.loads(out)["answer"]) == (0, "1871")
        _, out, _ = run("threads", "--json")
        [thread] = json.loads(out)["threads"]
        assert (thread["title"], thread["turns"]) == ("island", 2)
        _, out, _ = run("threads", "--export", "island")
        assert "## When was it built?" in out
        assert run("threads", "--delete", "island", "--json")[1:] == (
            f'{{"deleted": "{thread["id"]}"}}\n',
            "",
        )
        assert json.loads(run("threads", "--json")[1])["threads"] == []

    @pytest.mark.parametrize("is_set", [False, True])
    def test_a_thread_goes_on_about_its_folders(
        self, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, is_set: bool
    ) -> None:
        thread = ("--thread", "island")
        assert run("ask", "How tall is the lighthouse?", "--docs", str(folder), *thread)[0] == 0
        if is_set:  # which is a default, and names none for this conversation
            monkeypatch.setenv("HOMESPUN_DOCS", str(folder.parent))
        code, out, _ = run("ask", "When was it built?", *thread, "--json")
        assert (code, json.loads(out)["answer"]) == (0, "1871")
        [saved] = json.loads(run("threads", "--json")[1])["threads"]
        assert (saved["folders"], saved["turns"]) == ([str(folder)], 2)

    @pytest.mark.parametrize(
        "arguments",
        [["ask", "When was it built?", "--thread", "island"], ["--resume"], ["chat", "--thread", "island"]],
    )
    def test_a_thread_whose_folders_are_gone_goes_on_about_no_others(
        self, run: Run, folder: Path, arguments: list[str]
    ) -> None:
        run("ask", "How tall is the lighthouse?", "--docs", str(folder), "--thread", "island")
        moved = folder.rename(folder.with_name("atoll"))
        code, out, err = run(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert f"No folder of the conversation 'island' is there any more ({folder})" in err
        [saved] = json.loads(run("threads", "--json")[1])["threads"]
        assert (saved["folders"], saved["turns"]) == ([str(folder)], 1)
        code, out, _ = run("ask", "When was it built?", "--thread", "island", "--docs", str(moved))
        assert (code, out.splitlines()[0]) == (0, "1871")

    def test_a_thread_that_cannot_be_saved_costs_the_saving_not_the_answer(
        self, run: Run, folder: Path, home: Path
    ) -> None:
        home.write_text("a file where the folder should be", "utf-8")
        code, out, err = run("ask", "When was it built?", "--docs", str(folder), "--thread", "island")
        assert (code, out.splitlines()[0]) == (0, "1871")
        assert err.startswith("This conversation is not saved.")
        assert err.count("\n") == 1

    def test_asking_without_a_thread_saves_nothing(self, run: Run, folder: Path, home: Path) -> None:
        assert run("ask", "How tall is it?", "--docs", str(folder))[0] == 0
        assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "The question is empty"),
        (["ask", "word " * 20_000], "200 is the limit"),
        (["ask", "What?", "--docs", "/does/not/exist"], "does not exist"),
        (["ask", "What?", "--model", "nothing"], "There are no weights for the model 'nothing'"),
        (["ask", "What?", "--config", "/nothing.toml"], "does not exist"),
        (["ask", "What?", "--set", "passages"], "NAME=VALUE"),
        (["ask", "What?", "--set", "pasages=3"], "Did you mean passages?"),
        (["ask", "What?", "--nothing"], "No such option"),
        (["ask", "What?", "--docs", "~nobody-of-that-name/notes"], "does not exist"),
        (["settings", "--template", "--json"], "give one of them"),
        (["index"], "Missing argument"),
        (["index", "/does/not/exist"], "does not exist"),
        (["aks"], "Did you mean ask?"),
        (["threads", "--export", "nothing"], "There is no conversation 'nothing'"),
        (["threads", "--export", "a", "--delete", "b"], "give one of them"),
        (["bench", "nothing"], "There is no benchmark"),
        (["chat", "--thread", "nothing"], "There is no conversation 'nothing'"),
        (["--resume"], "no saved conversation yet: leave --resume out"),
        (["ask", "What?", "--model", "nobody:gpt"], "The model nobody:gpt cannot be opened"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_code_2(
    run: Run, home: Path, arguments: list[str], said: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert not home.exists()


def test_a_settings_file_that_the_environment_names_has_to_be_there(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMESPUN_CONFIG", "/nothing.toml")
    code, out, err = run("settings")
    assert (code, out) == (2, "")
    assert err == (
        "Error: The settings file /nothing.toml (HOMESPUN_CONFIG) does not exist: check its name.\n"
    )


def test_damaged_weights_are_one_sentence_and_nothing_is_written(
    run: Run, home: Path, tmp_path: Path, folder: Path
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "config.json").write_text("{", "utf-8")
    code, out, err = run("ask", "What?", "--model", str(weights), "--docs", str(folder))
    assert (code, out) == (2, "")
    assert "config.json" in err
    assert not home.exists()


def test_unreadable_folders_are_one_sentence(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "is empty" in run("ask", "What?", "--docs", str(empty))[2]
    assert run("index", str(empty))[0] == 2


def test_index_counts_every_file(run: Run, fakes: None, folder: Path) -> None:
    code, out, err = run("index", str(folder), "--json")
    assert (code, err) == (0, "")
    assert list(json.loads(out)) == [
        "added", "changed", "unchanged", "removed", "failed", "chunks", "seconds",
    ]  # fmt: skip
    assert run("index", str(folder))[1].startswith("1 added")


def test_index_of_unreadable_files_alone_is_exit_code_2(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly_module.Assembly, "_open_own_index", lambda self, folder: MemoryIndex({}))
    code, out, err = run("index", str(folder))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_a_fault_is_exit_code_1(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(models, "open_model", fail)
    code, out, err = run("ask", "What?", "--docs", str(folder))
    assert (code, out) == (1, "")
    assert "ZeroDivisionError: oops" in err
    assert "--debug" in err


def test_the_list_of_commands_is_true() -> None:
    group = cli.cli
    assert isinstance(group, LazyGroup)
    for name in group.places:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert command.name == name
        assert command.help
        assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_debug_is_taken_from_anywhere_but_behind_two_dashes() -> None:
    arguments = ["ask", "--debug", "x"]
    assert cli._take_debug(arguments)
    assert arguments == ["ask", "x"]
    assert not cli._take_debug(["ask", "--", "--debug"])


def test_settings_print_their_origin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMESPUN_PASSAGES", "4")
    _, out, _ = run("settings", "--json")
    values = json.loads(out)
    assert (values["passages"]["value"], values["passages"]["origin"]) == ("4", "HOMESPUN_PASSAGES")
    assert "HOMESPUN_PASSAGES" in run("settings")[1]


@pytest.mark.parametrize("arguments", [["settings"], ["settings", "--json"], ["--help"], ["threads"]])
def test_a_reader_who_has_seen_enough_is_no_failure(arguments: list[str]) -> None:
    root = Path(__file__).parents[2]
    program = subprocess.Popen(
        [sys.executable, str(root / "main.py"), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root,
    )  # fmt: skip
    assert program.stdout is not None
    program.stdout.close()
    _, complaints = program.communicate()
    assert (program.returncode, complaints) == (0, b"")


def test_the_template_is_a_settings_file(run: Run, tmp_path: Path) -> None:
    template = run("settings", "--template")[1]
    file = tmp_path / "settings.toml"
    file.write_text(
        "\n".join(
            line[2:] if " = " in line and line[2:3].islower() else line for line in template.splitlines()
        ),
        "utf-8",
    )
    code, out, err = run("settings", "--config", str(file), "--json")
    assert (code, err) == (0, "")
    assert {row["origin"] for row in json.loads(out).values()} == {str(file)}


def test_doctor_says_what_is_wrong(run: Run, tmp_path: Path, home: Path) -> None:
    code, out, _ = run("doctor", "--model", str(tmp_path), "--docs", str(tmp_path / "none"), "--json")
    assert code == 2
    checks = {check["what"]: check for check in json.loads(out)["checks"]}
    assert not checks["weights"]["good"]
    assert "--model" in checks["weights"]["sentence"]
    assert "does not exist" in checks["documents"]["sentence"]
    assert checks["python"]["good"]
    assert checks["embedding"]["good"]
    assert not home.exists()


def test_doctor_says_which_embedding_model_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise OSError("We couldn't connect to the internet.")

    monkeypatch.setattr(sentence_embedder, "SentenceEmbedder", fail)
    findings = examine(Settings(embedder="nobody/nothing", model="nothing"), locate())
    found = next(finding for finding in findings if finding.what == "embedding")
    assert not found.good
    assert found.sentence.startswith("There is no embedding model 'nobody/nothing' on this machine")


@pytest.mark.parametrize(
    ("calibration", "is_good", "said"),
    [
        ({"prompts": "0" * 64}, False, "no longer those that the weights"),
        ({"prompts": prompt_digest()}, True, "are those that the weights"),
        ({}, True, "Nobody noted"),
    ],
)
def test_doctor_knows_the_prompts_of_the_weights(
    tmp_path: Path, calibration: dict[str, str], is_good: bool, said: str
) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    (tmp_path / "calibration.json").write_text(json.dumps(calibration), "utf-8")
    findings = examine(Settings(model=str(tmp_path)), locate())
    found = next(finding for finding in findings if finding.what == "prompts")
    assert found.good == is_good
    assert said in found.sentence


def test_doctor_says_how_weights_are_calibrated(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", "utf-8")
    findings = examine(Settings(model=str(tmp_path)), locate())
    found = next(finding for finding in findings if finding.what == "prompts")
    assert not found.good
    assert f"python main.py calibrate {tmp_path}" in found.sentence


def checked(folder: Path) -> dict[str, Finding]:
    findings = examine(Settings(docs=[folder], model="nothing"), locate())
    return {finding.what: finding for finding in findings}


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def own_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the index of the folder."""
    monkeypatch.setattr("agent.doctor.open_embedder", lambda _: FixedEmbedder())
    place = index_folder(locate().indexes, folder)
    with FolderIndex(folder, place, embedder=FixedEmbedder()) as index:
        index.refresh()
    return place / "index.sqlite3"


def test_doctor_looks_into_the_index(folder: Path, own_index: Path) -> None:
    whole = checked(folder)["documents"]
    assert (whole.good, whole.sentence) == (True, f"Indexed: {folder}")
    own_index.write_bytes(b"")
    assert checked(folder)["documents"].sentence.startswith("Not indexed yet")
    own_index.write_bytes(b"garbage" * 1000)
    damaged = checked(folder)["documents"]
    assert not damaged.good
    assert "delete that folder and index again" in damaged.sentence
    own_index.unlink()
    own_index.with_name("garbage").write_text("no index", "utf-8")
    assert checked(folder)["documents"].sentence == (
        f"Not indexed yet, which the first question does: {folder}"
    )


def test_doctor_refuses_the_index_of_another_version(folder: Path, own_index: Path) -> None:
    connection = sqlite3.connect(own_index)
    connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    assert "made by another version" in checked(folder)["documents"].sentence


def test_doctor_writes_nothing(folder: Path, own_index: Path, home: Path) -> None:
    database = locate().database
    database.touch()
    before = contents(home)
    assert checked(folder)["data"].sentence.startswith("0 saved conversations")
    assert contents(home) == before
    store = ThreadStore(database)
    store.create("How tall is the lighthouse?", [folder])
    before = contents(home)  # with the log of a chat that goes on
    assert checked(folder)["data"].sentence.startswith("1 saved conversations")
    assert contents(home).keys() == before.keys()
    assert contents(home)[database] == before[database]
    store.close()
    before = contents(home)
    assert checked(folder)["data"].sentence.startswith("1 saved conversations")
    assert contents(home) == before


def test_doctor_names_conversations_that_are_damaged(folder: Path) -> None:
    database = locate().database
    database.parent.mkdir(parents=True)
    database.write_bytes(b"garbage" * 1000)
    found = checked(folder)["data"]
    assert not found.good
    assert "it is damaged; move it away to begin anew" in found.sentence


def test_a_home_that_cannot_be_written_is_one_sentence(
    run: Run, home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write_text("a file where the folder should be", "utf-8")
    monkeypatch.setattr(models, "open_model", lambda _: RuleModel())
    monkeypatch.setattr(models, "open_embedder", lambda _: FixedEmbedder())
    code, out, err = run("ask", "How tall is it?", "--docs", str(folder))
    assert (code, out) == (2, "")
    assert "point HOMESPUN_HOME to another" in err
    assert err.count("\n") == 1


def test_a_port_that_is_taken_is_one_sentence(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        code, out, err = run("serve", "--port", str(other.getsockname()[1]))
    assert (code, out) == (2, "")
    assert "choose another with --port" in err
    assert err.count("\n") == 1


def test_a_question_without_a_command_is_told_how_to_be_asked(run: Run) -> None:
    code, _, err = run("What is dropout?")
    assert code == 2
    assert "ask in front of it" in err


@pytest.mark.parametrize("tokens", ["319", "65537"])
def test_a_vocabulary_that_cannot_be_written_is_refused_at_once(
    run: Run, tmp_path: Path, tokens: str
) -> None:
    out_folder = tmp_path / "out"
    code, out, err = run("corpus", "build", "--data", "x", "--out", str(out_folder), "--vocabulary", tokens)
    assert (code, out) == (2, "")
    assert f"{tokens} is not in the range" in err
    assert not out_folder.exists()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_scripts(run: Run, shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0
    assert "_HOMESPUN_COMPLETE" in out


@pytest.mark.parametrize(
    ("before", "begun", "offered"),
    [([], "th", ["threads"]), (["ask"], "--do", ["--docs"]), (["--docs", "notes"], "--res", ["--resume"])],
)
def test_words_are_completed(before: list[str], begun: str, offered: list[str]) -> None:
    completions = ShellComplete(cli.cli, {}, "homespun", "_HOMESPUN_COMPLETE").get_completions(before, begun)
    assert [item.value for item in completions] == offered
