"""Quantized weights as ONNX Runtime's operators store them, and what they stand for."""

from __future__ import annotations

import numpy as np

BLOCK = 16


def n_bits(w: np.ndarray, bits: int, block: int = BLOCK) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """com.microsoft.MatMulNBits, symmetric: blocks along the inputs, zero point in the middle.

    w: (K, N); the last block of a column is filled up with zeros. Returns the packed weights (N, blocks, block*bits/8), the scales (N * blocks) and the
    weights they stand for, (K, N)."""
    k, n = w.shape
    middle = 1 << (bits - 1)
    blocks = np.pad(w.T, ((0, 0), (0, -k % block))).reshape(n, -1, block)
    largest = np.abs(blocks).max(-1)
    scales = np.where(largest > 0, largest / (middle - 1), 1).astype(np.float32)
    codes = np.clip(np.rint(blocks / scales[..., None]) + middle, 0, 2 * middle - 1).astype(np.uint8)
    dequantized = ((codes.astype(np.float32) - middle) * scales[..., None]).reshape(n, -1)[:, :k].T
    packed = codes if bits == 8 else codes[..., 0::2] | (codes[..., 1::2] << 4)
    return np.ascontiguousarray(packed), scales.reshape(-1), np.ascontiguousarray(dequantized)


def per_tensor_int8(w: np.ndarray) -> tuple[np.ndarray, np.float32, np.ndarray]:
    """Symmetric int8 for MatMulInteger: codes, scale, and the weights they stand for. Seven bits of it: without VNNI, processors add two products of 8 bits in 16, which saturates."""
    scale = np.float32(np.abs(w).max() / 63)
    codes = np.clip(np.rint(w / scale), -63, 63).astype(np.int8)
    return codes, scale, codes.astype(np.float32) * scale
