"""How fast a device could compute at best, to say how much of that a training uses."""

from __future__ import annotations

import time

import torch

_WIDTHS = {"cuda": 8192, "cpu": 512}
"""Width of the square matrices: large enough that nothing but the product counts."""
_ATTEMPTS = 5


def peak_flops(device: str, precision: torch.dtype) -> float:
    """Measure the floating-point operations a second of a large matrix product; takes milliseconds.

    A data sheet's figure holds for no processor whose threads are limited, and there is one for few; so the
    utilisation (MFU; PaLM, appendix B) is a share of what the device was seen to do.

    Args:
        device: Name of the device, as torch writes it.
        precision: Of the matrices.
    """
    width = _WIDTHS.get(torch.device(device).type, _WIDTHS["cpu"])
    matrix = torch.ones(width, width, device=device, dtype=precision)
    best = min(_seconds(matrix) for _ in range(_ATTEMPTS))
    return 2 * width**3 / best


def _seconds(matrix: torch.Tensor) -> float:
    _wait(matrix)
    began = time.perf_counter()
    matrix @ matrix
    _wait(matrix)
    return max(time.perf_counter() - began, 1e-9)


def _wait(matrix: torch.Tensor) -> None:
    if matrix.is_cuda:
        torch.cuda.synchronize(matrix.device)
