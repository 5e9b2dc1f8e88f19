from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llm.errors import WeightsError
from llm.tokenization.special_tokens import SPECIAL_TOKENS, TASKS
from llm.tokenization.tokenizer import RANKS_FILE, TOKENIZER_FILE, Tokenizer

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
lively_text = st.lists(
    st.sampled_from(
        [" ", "  ", "\n", "\r\n", "\t", "The", "capital", "'s", "'LL", "1", "42", "é", "東京", "!", "<|end|>"]
    )
    | any_text
).map("".join)


@given(lively_text)
@example("'\u017f")
@settings(max_examples=300, deadline=None)
def test_any_text_comes_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(lively_text)
@settings(max_examples=300, deadline=None)
def test_text_never_becomes_a_special_token(tokenizer: Tokenizer, text: str) -> None:
    spelled = text.join(SPECIAL_TOKENS[:6])
    assert not any(tokenizer.is_special(token) for token in tokenizer.encode(spelled))


@pytest.fixture(scope="module")
def hugging_face(weights: Path) -> Any:
    from tokenizers import Tokenizer as HuggingFaceTokenizer

    return HuggingFaceTokenizer.from_file(str(weights / TOKENIZER_FILE))


@given(lively_text)
@example("'\u017f \u017f's I'LL don't")
@settings(max_examples=500, deadline=None)
def test_both_files_encode_the_same(tokenizer: Tokenizer, hugging_face: Any, text: str) -> None:
    ordinary = text.replace(
        "<|", "<."
    )  # transformers' tokenizer turns spelled special tokens into special ones
    assert hugging_face.encode(ordinary, add_special_tokens=False).ids == tokenizer.encode(ordinary)


def test_special_tokens_have_the_same_ids_in_both_files(tokenizer: Tokenizer, hugging_face: Any) -> None:
    assert {token: hugging_face.token_to_id(token) for token in SPECIAL_TOKENS} == tokenizer.special_ids
    assert {f"<|task:{task}|>" for task in TASKS} <= tokenizer.special_ids.keys()


def test_digits_stand_singly(tokenizer: Tokenizer) -> None:
    assert [tokenizer.token_bytes(token) for token in tokenizer.encode("2026")] == [b"2", b"0", b"2", b"6"]


def test_a_batch_is_encoded_like_its_texts(tokenizer: Tokenizer) -> None:
    texts = ["Oslo", "", "a\n\nb", "東京"]
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]
    assert tokenizer.count(texts[2]) == len(tokenizer.encode(texts[2]))


@pytest.mark.parametrize("content", [None, "not base64 at all\n", "QQ== 0 1\n"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / RANKS_FILE).write_text(content)
    with pytest.raises(WeightsError, match=RANKS_FILE):
        Tokenizer.load(tmp_path)
