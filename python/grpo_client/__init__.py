"""Client of GrpoApi: rollouts, rewards, advantages, loss with its gradient, and weight updates over HTTP.

    from grpo_client import GrpoClient

    client = GrpoClient("http://127.0.0.1:5080")
    rollouts = client.rollouts([{"messages": [{"role": "user", "content": "What is 37 + 58?"}]}], group_size=8)
"""

from .client import GrpoClient, Tensors
from .errors import GrpoApiError, GrpoConnectionError, GrpoError, PolicyMismatchError, SafetensorsError
from .progress import progress
from .transport import RetryPolicy

__all__ = [
    "GrpoApiError", "GrpoClient", "GrpoConnectionError", "GrpoError", "PolicyMismatchError", "RetryPolicy", "SafetensorsError", "Tensors", "progress",
]
