"""Imported before PyTorch: who computes with how many threads.

A step is thousands of small products, so OpenBLAS's threads would wait for each other more than they compute; and what waits by spinning takes the processor from
the service beside it. One thread for products and passive waiting make a step four times cheaper in processor time. What the caller's environment says wins.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
