"""A tiny model with random weights: everything but intelligence can be tested on it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from llm.chat.chat_model import ChatHomespun
from llm.inference.engine import Engine
from llm.model.config import ModelConfig
from llm.model.gpt import GPT
from llm.tokenization.tokenizer import Tokenizer, train_tokenizer
from llm.weights_folder import load_engine

SENTENCES = (
    "The capital of Norway is Oslo, a city of 709,037 people at the head of a fjord.",
    "What is the weather in San Francisco? It's 18 degrees and sunny, with light wind.",
    'Tools are called so: {"name":"get_weather","arguments":{"city":"Oslo"}} and so on.',
    "Question: who wrote it? Passage (Preface): The book was written by Ada and Charles in 1843.",
    "yes no documents tools chat reason true false null",
    "Schöne Grüße aus Köln, 東京 and Αθήνα!\n\nA new paragraph begins here.",
)


def write_tiny_model(folder: Path, seed: int = 0) -> Path:
    """Write a weights folder with a vocabulary of 512 and random weights."""
    tokenizer = train_tokenizer(SENTENCES * 4, 512, folder)
    torch.manual_seed(seed)
    config = ModelConfig(
        vocab_size=tokenizer.vocabulary_size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        intermediate_size=48,
        max_position_embeddings=512,
    )
    model = GPT(config)
    for parameter in model.parameters():
        if parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder, tokenizer_from=folder, dtype=torch.float32)
    return folder


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return write_tiny_model(tmp_path_factory.mktemp("weights") / "tiny")


@pytest.fixture(scope="session")
def engine(weights: Path) -> Engine:
    return load_engine(weights.resolve())


@pytest.fixture(scope="session")
def tokenizer(weights: Path) -> Tokenizer:
    return Tokenizer.load(weights)


@pytest.fixture
def chat(weights: Path) -> ChatHomespun:
    return ChatHomespun(model=str(weights), max_tokens=64)
