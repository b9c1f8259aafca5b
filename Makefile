# Everything that a developer runs. Tools are pinned in tools/go.mod.
TOOL = go tool -modfile=tools/go.mod

.PHONY: check test race lint torture fuzz bench peers peers-text results pictures generate rename release sbom vulnerabilities

check: lint test race ## what must hold before a commit lands

test:
	go test -timeout 30m ./...

# Of the program those tests that do several things at a time: the others call in turn
# what the packages before it were raced with.
RACED = Serve|Interrupt|Kill|Watch|Page|Progress|Reload
# What is called beside a training: the race detector does not see into assembly.
BESIDE = Concurrent|Beside|Callback|AfterClose
race:
	go test -race -timeout 30m ./graph ./nn ./train/... ./datasets/... ./internal/server ./internal/parallel
	go test -race -tags purego -timeout 30m -run '$(BESIDE)' ./train ./train/classifier
	go test -race -timeout 30m -run '$(RACED)' ./cmd/...

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt would change these"; exit 1; }
	go vet ./...
	$(TOOL) staticcheck ./...

bench:
	go test -run '^$$' -bench . -benchmem ./bench

peers: ## compares with PyTorch, about 10 minutes
	go run ./bench/peers

TEXTS =
peers-text: ## compares with fastText and scikit-learn on texts: the section Texts of bench/RESULTS.md
	go run ./bench/texts -texts "$(TEXTS)" -reviews "$(REVIEWS)" -results bench/RESULTS.md

TORTURE = 1m
torture: ## kills, full disks, damage, pauses and hostile clients; hours of it with TORTURE=3h
	go test ./cmd/sentiment -run Torture -torture $(TORTURE) -timeout 0 -count 1 -v

FUZZTIME = 30s
FUZZ = Fuzz
fuzz: ## lets each fuzz target whose name begins with FUZZ look for faults for so long, and counts
	@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT; total=0; bad=0; \
	for at in $$(grep -ro --include='*_test.go' '^func $(FUZZ)[A-Za-z0-9]*' . | sed 's|/[^/]*:func |:|' | sort); do \
	go test "$${at%:*}" -run '^$$' -fuzz "^$${at#*:}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s -parallel 2 > "$$log" 2>&1 || { bad=1; cat "$$log"; }; \
	n=$$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$$log" | tail -n 1); echo "$$at $${n:-0}"; total=$$((total + $${n:-0})); done; \
	echo "$$total executions"; exit $$bad

COUNT = 3
# What stands between Engine and Peers is kept: Engine and Texts.
results: ## writes bench/RESULTS.md, about half an hour on an idle machine
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	go test -run '^$$' -bench . -benchmem -count $(COUNT) ./bench > "$$dir/bench.txt" && \
	go run ./bench/table < "$$dir/bench.txt" > "$$dir/table.md" && \
	go run ./bench/peers > "$$dir/peers.md" && \
	{ printf '# Results\n\nWritten by `make results`.\n\n## Executions\n\n' && \
	printf '`go test -bench . -benchmem -count $(COUNT) ./bench`: medians, and how many\ntimes faster than the naive graph.\n\n' && \
	cat "$$dir/table.md" && printf '\n' && sed -n '/^## Engine/,/^## Peers/{/^## Peers/!p;}' bench/RESULTS.md && printf '## Peers\n\n`go run ./bench/peers`\n\n' && \
	cat "$$dir/peers.md"; } > "$$dir/results.md" && mv "$$dir/results.md" bench/RESULTS.md

CHROME = chromium
REVIEWS = aclImdb.tar.gz
SHOT = $(CHROME) --headless --no-sandbox --disable-gpu --hide-scrollbars \
	--force-prefers-reduced-motion --virtual-time-budget=10000
pictures: ## takes those of the guides anew, best on an idle machine
	@dir=$$(mktemp -d) && trap 'kill $$pid; rm -rf "$$dir"' EXIT && \
	go build -o "$$dir/sentiment" ./cmd/sentiment && \
	"$$dir/sentiment" train --quiet --data "$(REVIEWS)" --model onehot,embedding,bow --out "$$dir/run" && \
	{ "$$dir/sentiment" serve "$$dir/run" --addr 127.0.0.1:8097 & pid=$$!; } && sleep 3 && \
	$(SHOT) --window-size=1100,1200 --screenshot=docs/report.png "file://$$dir/run/report.html" && \
	$(SHOT) --window-size=1100,1050 --screenshot=docs/page.png \
	'http://127.0.0.1:8097/#text=Not+a+wonderful+film.+The+story+is+dull,+but+the+acting+was+great.'

PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
release: ## builds the program for each platform into release/, with their SHA-256 sums
	@rm -rf release && mkdir release
	@for p in $(PLATFORMS); do \
	os=$${p%/*}; arch=$${p#*/}; end=; test $$os != windows || end=.exe; echo "$$p"; \
	CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -trimpath -ldflags "-s -w" -o release/sentiment-$$os-$$arch$$end ./cmd/sentiment || exit 1; done
	@cd release && { command -v sha256sum >/dev/null && sha256sum sentiment-* || shasum -a 256 sentiment-*; } > ../SHA256SUMS.new && mv ../SHA256SUMS.new SHA256SUMS && cat SHA256SUMS

sbom: release ## writes beside each program of a release what it is made of, as CycloneDX
	@for p in release/sentiment-*; do case $$p in *.cdx.json) continue;; esac; \
	$(TOOL) cyclonedx-gomod bin -json -std -noserial -notimestamp -output "$$p.cdx.json" "$$p" || exit 1; done
	@ls release/*.cdx.json

vulnerabilities: ## asks Go's database of them, at https://vuln.go.dev or VULNDB, which of them our code reaches
	$(TOOL) govulncheck $(if $(VULNDB),-db $(VULNDB)) ./...

# make rename MODULE=example.com/you/unroll gives the module another path.
rename:
	@test -n "$(MODULE)" || { echo "usage: make rename MODULE=example.com/you/unroll"; exit 2; }
	@old=$$(go list -m); \
	files=$$(find . -name '*.go' -not -path './.git/*'); \
	sed -i.bak "s|\([\"\` ]\)$$old/|\1$(MODULE)/|g; s|require $$old@|require $(MODULE)@|g; s|replace $$old=|replace $(MODULE)=|g" \
		$$files README.md docs/*.md && find . -name "*.bak" -not -path "./.git/*" -delete; \
	for dir in "" /tools /internal/kernel/gen; do (cd ".$$dir" && go mod edit -module "$(MODULE)$$dir"); done; \
	gofmt -w $$files; \
	echo "$$old is now $(MODULE)"

generate: ## writes the assembly anew
	cd internal/kernel/gen && go run . -out ../kernel_amd64.s -stubs ../kernel_amd64.go -pkg kernel
