"""The chat template (ChatML) and the same thing in Python, for the training data."""

from __future__ import annotations

SYSTEM = "Think first, then answer: put the reasoning process in <think> </think> and the answer in <answer> </answer> tags."

# Now and then another system message is trained on, so that the policy does not depend on the default one.
OTHER_SYSTEMS = ("You are a helpful assistant.", "Answer the question.", "Solve the problem step by step.")

TEMPLATE = """\
{%- if not messages or messages[0]['role'] != 'system' -%}
    {{- '<|im_start|>system\\n' + SYSTEM + '<|im_end|>\\n' -}}
{%- endif -%}
{%- for message in messages -%}
    {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|im_start|>assistant\\n' -}}
{%- endif -%}
""".replace("SYSTEM", f"'{SYSTEM}'")


def render_system(system: str = SYSTEM) -> str:
    return f"<|im_start|>system\n{system}<|im_end|>\n"


def render_user(content: str) -> str:
    return f"<|im_start|>user\n{content}<|im_end|>\n<|im_start|>assistant\n"


def render(content: str) -> str:
    """One user message with the default system message and the generation prompt."""
    return render_system() + render_user(content)
