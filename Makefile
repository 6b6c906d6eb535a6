# The two commands are `make run` and `make test`; both do all their set-up themselves.

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-all chaos bench doctor shell

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: ## set up and run everything here: PORT (8000), HOST (127.0.0.1), DATA (var)
	@scripts/run.sh

test: ## set up and run every check and test
	@scripts/test.sh

test-fast: ## the same without the tests marked slow
	@scripts/test.sh fast

test-all: ## the same with the tests marked corpus and thorough, which take long
	@scripts/test.sh all

chaos: ## let everything fail at random for MINUTES (10), again as SEED says
	@scripts/chaos.sh --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

bench: ## measure what NAME (queue) says; see benchmarks/
	@scripts/bench.sh $(NAME)

doctor: ## say what is wrong with this installation (after the first make run)
	@.venv/bin/python manage.py doctor

shell: ## Django's shell on the data of make run
	@.venv/bin/python manage.py shell
