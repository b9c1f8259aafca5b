# Everything that a developer runs. Tools are pinned in tools/go.mod.
TOOL = go tool -modfile=tools/go.mod

.PHONY: check test race lint bench generate rename

check: lint test race ## what must hold before a commit lands

test:
	go test ./...

race:
	go test -race -short ./graph ./train ./datasets

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt would change these"; exit 1; }
	go vet ./...
	$(TOOL) staticcheck ./...

bench:
	go test -run '^$$' -bench . -benchmem ./bench

# make rename MODULE=example.com/you/unroll gives the module another path.
rename:
	@test -n "$(MODULE)" || { echo "usage: make rename MODULE=example.com/you/unroll"; exit 2; }
	@old=$$(go list -m); \
	files=$$(find . -name '*.go' -not -path './.git/*'); \
	sed -i.bak "s|\"$$old/|\"$(MODULE)/|g" $$files && find . -name '*.go.bak' -delete; \
	go mod edit -module "$(MODULE)"; \
	(cd tools && go mod edit -module "$(MODULE)/tools"); \
	gofmt -w $$files; \
	echo "$$old is now $(MODULE)"

generate: ## writes the assembly anew
	cd internal/kernel/gen && go run . -out ../kernel_amd64.s -stubs ../kernel_amd64.go -pkg kernel
