import json
import struct
import unittest
from unittest import mock

import service  # noqa: F401  (puts the packages on the path)
from grpo_client import SafetensorsError, safetensors

try:
    import numpy
except ImportError:
    numpy = None


class RoundTrip(unittest.TestCase):
    def test_lists_without_numpy(self):
        with mock.patch.object(safetensors, "numpy", None):
            tensors, metadata = safetensors.load(safetensors.save({"a": [[1.5, -2.0], [0.0, 1e300]], "b": [[1, 2, 3]], "c": [], "d": [True, False]}, {"k": "v"}))
        self.assertEqual([[1.5, -2.0], [0.0, 1e300]], tensors["a"].tolist())
        self.assertEqual(("I64", (1, 3)), (tensors["b"].dtype, tensors["b"].shape))
        self.assertEqual([], tensors["c"].tolist())
        self.assertEqual([1, 0], tensors["d"].tolist())
        self.assertEqual({"k": "v"}, metadata)

    def test_every_tensor_is_aligned_to_its_elements(self):
        body = safetensors.save({"u": [True], "f": [1.0], "i": [1]})
        length = struct.unpack("<Q", body[:8])[0]
        header = json.loads(body[8 : 8 + length])
        self.assertEqual(0, (8 + length) % 8)
        for entry in header.values():
            self.assertEqual(0, entry["data_offsets"][0] % {"F64": 8, "I64": 8, "BOOL": 1}[entry["dtype"]])

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_numpy_keeps_type_shape_and_values(self):
        for dtype in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "?"):
            array = numpy.arange(6).reshape(2, 3).astype(dtype)
            (back,), _ = (list(part.values()) for part in safetensors.load(safetensors.save({"x": array[:, ::-1]})))
            self.assertEqual(array.dtype, back.dtype)
            numpy.testing.assert_array_equal(array[:, ::-1], back)

    def test_torch_tensors_keep_type_and_values(self):
        service.needs_torch()
        import torch

        source = {"f": torch.randn(2, 3, requires_grad=True), "t": torch.arange(6).reshape(2, 3).T, "h": torch.ones(2, dtype=torch.bfloat16)}
        tensors, _ = safetensors.load(safetensors.save(source))
        torch.testing.assert_close(torch.as_tensor(tensors["f"]), source["f"].detach())
        torch.testing.assert_close(torch.as_tensor(tensors["t"]), source["t"])
        self.assertEqual(("BF16", b"\x80?\x80?"), (tensors["h"].dtype, tensors["h"].data))


class Refused(unittest.TestCase):
    def test_bytes_that_are_no_file(self):
        header = lambda text: struct.pack("<Q", len(text)) + text
        entry = b'{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,%d]}}'
        for body in (b"", b"\xff" * 8, header(b"no json"), header(entry % 4) + bytes(4), header(entry % 8) + bytes(4), header(entry.replace(b"F32", b"F99") % 8) + bytes(8)):
            with self.subTest(body=body), self.assertRaises(SafetensorsError):
                safetensors.load(body)

    def test_values_that_are_no_tensor(self):
        for value in ([[1, 2], [3]], ["a"], {"a": 1}, "text", object()):
            with self.subTest(value=value), self.assertRaises(SafetensorsError):
                safetensors.save({"x": value})


if __name__ == "__main__":
    unittest.main()
