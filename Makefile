# Pratique. `make run` opens the desk, `make test` runs every test; both install
# what they need. `make help` lists the rest.

# One set of tags everywhere: with another, the slow OpenGL package would be
# compiled once more. x11: Chinese input does not work under native Wayland.
TAGS  := x11,migrated_fynedo
GO    := go
# Everything but the window's main program needs neither cgo nor a display; only
# on macOS the toolkit's own widgets ask the system's C library how to scroll.
NOCGO := CGO_ENABLED=$(if $(filter Darwin,$(shell uname)),1,0)
PLAIN := ./assets/... ./cmd/internal/... ./cmd/pratiquectl/... ./data/... ./pdfgen/... ./ui/...
POST  ?=
# More for go test, for example TEST=-short.
TEST  ?=

export CGO_ENABLED ?= 1
# Keys are erased from memory when the desk is locked, where Go can do it: see
# data/vault/protect.go. Without it everything works, and SECURITY.md says less.
export GOEXPERIMENT ?= runtimesecret

# How many certificates the drill is with.
CERTIFICATES ?= 100000

.PHONY: run build test vet pkcs11 interop smoke bench drill seeded fuzz race photos help clean

run: build ## open the desk on a practice post; without a display, do its job once
	./bin/pratique $(if $(POST),--post $(POST))

build: ## bin/pratique and bin/pratiquectl
	@.ci/packages window
	$(GO) build -tags $(TAGS) -o bin/pratique ./cmd/pratique
	CGO_ENABLED=0 $(GO) build -tags $(TAGS) -o bin/pratiquectl ./cmd/pratiquectl

test: ## every test, screens included, without a display
	@.ci/packages test
	@[ -n "$$PRATIQUE_VECTORS" ] || echo "make test: PRATIQUE_VECTORS is not set: the tests against public vectors will NOT run, see README" >&2
	$(NOCGO) .ci/in-memory $(GO) test -timeout 40m -tags $(TAGS) $(TEST) $(PLAIN)

vet: ## what go vet says, for this system and for Windows
	$(NOCGO) $(GO) vet -tags $(TAGS) $(PLAIN)
	GOOS=windows CGO_ENABLED=0 $(GO) vet -tags $(TAGS) $(PLAIN)

pkcs11: ## keys in a token, end to end with SoftHSM2; pratiquectl with cgo and without
	.ci/softhsm $(TEST)
	CGO_ENABLED=0 $(GO) build -tags $(TAGS) -o bin/pratiquectl ./cmd/pratiquectl
	CGO_ENABLED=1 $(GO) build -tags $(TAGS) -o bin/pratiquectl-pkcs11 ./cmd/pratiquectl

interop: ## readers of other makers read what we issue, and how long each takes; see .ci/interop/README.md
	CGO_ENABLED=0 $(GO) build -tags $(TAGS) -o bin/pratiquectl ./cmd/pratiquectl
	.ci/interop/run
	.ci/interop/bench

smoke: build ## the real window under Xvfb, from sign-in to paper; screenshots in out/smoke
	@.ci/packages smoke
	.ci/smoke out/smoke

bench: ## sign, QR, page and store, each alone
	$(NOCGO) $(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem $(PLAIN)

drill: ## back up and restore a post of CERTIFICATES=100000 and read all of it
	PRATIQUE_DRILL=$(CERTIFICATES) $(NOCGO) $(GO) test -tags $(TAGS) -timeout 6h -count 1 -run '^TestDrill$$' -v ./cmd/internal/house

seeded: ## a thousand clean cases and a thousand with mistakes: the share caught before issue
	$(NOCGO) $(GO) test -tags $(TAGS) -v -run 'TestSeededCases$$' ./data/desk -seeded 1000

race: ## the domain and the paper under the race detector
	$(GO) test -tags $(TAGS) -race ./data/... ./pdfgen/...

photos: ## the share of photographed pages that we read, and that zbarimg reads
	@.ci/packages photos
	PRATIQUE_PHOTOS=all $(NOCGO) $(GO) test -tags $(TAGS) -count 1 -timeout 60m -run '^TestPhotos$$' -v ./pdfgen/check

fuzz: ## every fuzz target, a minute each
	.ci/fuzz 60s

clean:
	rm -rf bin out

help:
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "%-8s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
