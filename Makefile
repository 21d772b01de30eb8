# A thin front: CMake and Ninja do the work (CMakePresets.json has the build kinds).
#
#   make                     build rac               (build/release/rac)
#   make run FILE=prog.rs    build and run a program (ARGS='...' are the program's)
#   make test                build everything, run every test; the last line counts them
#   make test PRESET=dev     the same with sanitizers; also: hostile, tsan, cov
#   make test TESTS=REGEX    the tests whose names match
#   make bench               measure against rustc
#   make format              clang-format over all sources
#   make clean

PRESET ?= release
BUILD   = build/$(PRESET)
JOBS   ?= $(shell nproc)
FILE   ?= examples/hello.rs

.PHONY: all everything run test bench format clean setup

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) -j $(JOBS) --quiet rac

everything: $(BUILD)/build.ninja
	@ninja -C $(BUILD) -j $(JOBS) --quiet

setup:
	@tools/setup

$(BUILD)/build.ninja: | setup
	@cmake --preset $(PRESET) >/dev/null

run: all
	@$(BUILD)/rac run $(FILE) $(if $(ARGS),-- $(ARGS))

test: everything
	@tools/test $(PRESET) $(if $(TESTS),-R '$(TESTS)')

bench: all
	@bench/run hello

format:
	@tools/tidy --format

clean:
	rm -rf build
