"""The benchmarks of indexing measure what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.benchmark import Throughput, index_folder, measure_scale, plain_loop
from tests.rag.fakes import FakeEmbedder


def test_scale_counts_what_it_made() -> None:
    scale = measure_scale(100)
    assert scale.files == 10
    assert 80 <= scale.chunks <= 130
    assert min(scale.indexing_seconds, scale.delete_seconds, scale.search_best_seconds) > 0
    assert scale.search_best_seconds <= scale.search_seconds
    assert scale.search_processor_seconds > 0
    assert measure_scale(100, files=50).files == 50


def test_both_contenders_read_the_same_text(folder: Path) -> None:
    pytest.importorskip("langchain_chroma")
    pytest.importorskip("langchain_text_splitters")
    ours, plain = index_folder(folder, FakeEmbedder()), plain_loop(folder, FakeEmbedder())
    assert ours.characters == plain.characters
    assert ours.times_as_fast_as(ours) == 1.0
    assert plain.chunks == 3


def test_speeds_compare_text_and_not_chunks() -> None:
    fine = Throughput(chunks=100, characters=1000, seconds=2.0, processor_seconds=4.0)
    coarse = Throughput(chunks=10, characters=1000, seconds=4.0, processor_seconds=4.0)
    assert fine.times_as_fast_as(coarse) == 2.0
    assert fine.times_as_thrifty_as(coarse) == 1.0
    assert (fine.chunks_per_second, coarse.characters_per_second) == (50.0, 250.0)
