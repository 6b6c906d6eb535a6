# The two commands are `make run` and `make test`; both do all their set-up themselves.

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-all chaos bench screenshots doctor shell

MANAGE = test -x .venv/bin/python || { echo "Give make run first: it sets everything up." >&2; exit 1; }; \
	.venv/bin/python manage.py

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: ## set up and run everything here: PORT (8000), HOST (127.0.0.1), DATA (var)
	@scripts/python.sh run

test: ## set up and run every check and test
	@scripts/python.sh test

test-fast: ## the same without the tests marked slow
	@scripts/python.sh test fast

test-all: ## the same with the tests marked corpus and thorough, which take long
	@scripts/python.sh test all

chaos: ## let everything fail at random for MINUTES (10), again as SEED says
	@scripts/python.sh chaos --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

bench: ## measure what NAME (queue) says; see benchmarks/
	@scripts/python.sh bench $(NAME)

screenshots: ## make pictures of every page and state in OUT (var/screenshots), or with DOCS=1 those of docs/images
	@scripts/python.sh screenshots $(if $(OUT),--out $(OUT)) $(if $(DOCS),--docs)

doctor: ## say what is wrong with an installation: DATA (var), after its first make run
	@$(MANAGE) doctor

shell: ## Django's shell on the data of make run: DATA (var)
	@$(MANAGE) shell
