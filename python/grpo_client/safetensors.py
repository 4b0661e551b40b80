"""The safetensors format (https://github.com/huggingface/safetensors), as far as requests and answers need it.

A file is 8 bytes of header length (little endian), a JSON header ``{name: {dtype, shape, data_offsets}, "__metadata__": {..}}``
and the tensors' bytes. Reading gives NumPy arrays where NumPy is installed and `Array` otherwise; writing takes NumPy arrays,
PyTorch tensors, `Array`, and (nested) lists of numbers.
"""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from .errors import SafetensorsError

try:
    import numpy
except ImportError:  # the standard library is enough
    numpy = None  # type: ignore[assignment]

_CODES = {"F64": "d", "F32": "f", "I64": "q", "I32": "i", "I16": "h", "I8": "b", "U8": "B", "BOOL": "B"}
_NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"}
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_ALIGNMENT = 8


@dataclass(frozen=True)
class Array:
    """A tensor without NumPy: row-major bytes, little endian, with dtype (``"F32"``, ``"I64"``, ...) and shape."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    def tolist(self) -> Any:
        """The values as nested lists of Python numbers."""
        if self.dtype not in _CODES:
            raise SafetensorsError(f"{self.dtype} needs NumPy")
        flat = array(_CODES[self.dtype], self.data)
        if sys.byteorder == "big":
            flat.byteswap()
        return _nest(flat.tolist(), self.shape)


def save(tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a file. Tensors are laid out by falling element size, so that each one is aligned."""
    arrays = {name: as_array(value) for name, value in tensors.items()}
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    parts, offset = [], 0
    for name in sorted(arrays, key=lambda key: (-_SIZES[arrays[key].dtype], key)):
        tensor = arrays[name]
        header[name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(tensor.data)]}
        parts.append(tensor.data)
        offset += len(tensor.data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join([struct.pack("<Q", len(text)), text, *parts])


def load(body: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Tensors by name, and the metadata."""
    view = memoryview(body)
    if len(view) < 8:
        raise SafetensorsError("shorter than its header's length")
    length = struct.unpack("<Q", view[:8])[0]
    if length > len(view) - 8:
        raise SafetensorsError("shorter than its header")
    try:
        header = json.loads(bytes(view[8 : 8 + length]))
    except ValueError as error:
        raise SafetensorsError(f"the header is not JSON: {error}") from None
    metadata = header.pop("__metadata__", {})
    return {name: _read(name, entry, view[8 + length :]) for name, entry in header.items()}, metadata


def as_array(value: Any) -> Array:
    """A NumPy array, PyTorch tensor, `Array` or nested list as an `Array`."""
    if isinstance(value, Array):
        return value
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        return _from_torch(value)
    if hasattr(value, "dtype") and hasattr(value, "tobytes"):
        return _from_numpy(value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return _from_list(value)
    raise SafetensorsError(f"a {type(value).__name__} cannot be sent as a tensor")


def _read(name: str, entry: Mapping[str, Any], data: memoryview) -> Any:
    dtype, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    if dtype not in _SIZES:
        raise SafetensorsError(f"{name}: the element type {dtype} is not known")
    if not 0 <= start <= end <= len(data) or end - start != prod(shape) * _SIZES[dtype]:
        raise SafetensorsError(f"{name}: its offsets do not hold {dtype} of shape {list(shape)}")
    if numpy is not None and dtype in _NUMPY:
        return numpy.frombuffer(data[start:end], dtype=_NUMPY[dtype]).reshape(shape).copy()
    return Array(dtype, shape, bytes(data[start:end]))


def _from_numpy(value: Any) -> Array:
    for name, code in _NUMPY.items():
        if value.dtype == numpy.dtype(code):
            return Array(name, tuple(value.shape), numpy.ascontiguousarray(value, dtype=code).tobytes())
    raise SafetensorsError(f"NumPy's {value.dtype} has no safetensors type")


def _from_torch(value: Any) -> Array:
    value = value.detach().cpu().contiguous()
    if str(value.dtype) == "torch.bfloat16":  # NumPy has no bfloat16: its bytes travel as 16-bit integers
        import torch

        return Array("BF16", tuple(value.shape), value.view(torch.int16).numpy().tobytes())
    return _from_numpy(value.numpy())


def _from_list(value: Sequence[Any]) -> Array:
    shape, flat = _flatten(value)
    if not all(isinstance(item, (bool, int, float)) for item in flat):
        raise SafetensorsError("a list must hold numbers only")
    dtype = "F64" if any(isinstance(item, float) for item in flat) else "BOOL" if flat and all(isinstance(i, bool) for i in flat) else "I64"
    packed = array(_CODES[dtype], flat)
    if sys.byteorder == "big":
        packed.byteswap()
    return Array(dtype, shape, packed.tobytes())


def _flatten(value: Any) -> tuple[tuple[int, ...], list[Any]]:
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return (), [value]
    parts = [_flatten(item) for item in value]
    if len({shape for shape, _ in parts}) > 1:
        raise SafetensorsError("the rows of a nested list differ in length; pad them and send a mask")
    return (len(parts), *(parts[0][0] if parts else ())), [item for _, items in parts for item in items]


def _nest(flat: Iterable[Any], shape: tuple[int, ...]) -> Any:
    items = list(flat)
    for size in reversed(shape[1:]):
        items = [items[i : i + size] for i in range(0, len(items), size)] if size else [[] for _ in range(prod(shape[:-1]))]
    return items if shape else items[0]
