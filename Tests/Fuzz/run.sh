#!/bin/sh
# Looks for inputs that break a promise of the library, for a limited time:
#
#   make && Tests/Fuzz/run.sh [TARGET…]
#   Tests/Fuzz/run.sh --list
#
# A target is Targets/NAME.c (with NAME-*.c), which libFuzzer calls, or the program Targets/NAME.py. It starts with
# the inputs of corpus/NAME, which include those that once broke something, and ends after $FUZZ_SECONDS (60). It
# prints the number of inputs and the seed of the run. An input is a finding if it ends the process, takes two
# minutes or two gigabytes, or fails a check of the target, such as that of processor time. It is stored in
# build/fuzz/findings, and the command that reproduces it is printed.
#
#   FUZZ_SEED=N      the seed of a run to repeat; by default the time
#   FUZZ_LIBRARY=D   the folder of libpulley.so: build/lib, or the folder of the library that `make fuzz`
#                    instruments for coverage
set -u
cd "$(dirname "$0")/../.." || exit 1
fuzz=Tests/Fuzz
seconds=${FUZZ_SECONDS:-60}
seed=${FUZZ_SEED:-$(($(date +%s) % 1000000))}
library=${FUZZ_LIBRARY:-$PWD/build/lib}
work=build/fuzz
findings=$work/findings
mkdir -p "$work/bin" "$findings"

targets() {
  find "$fuzz/Targets" \( -name '*.c' -o -name '*.py' \) ! -name '*-*' | sed 's|.*/||; s|\..*||' | sort
}

if [ "${1:-}" = --list ]; then
  targets
  exit 0
fi

clang=$(dirname "$(readlink -f "$(command -v "${SWIFT:-swift}")")")/clang
if ! command -v "$clang" >/dev/null; then clang=clang; fi
# Several of these may run at a time.
try=$work/bin/try-$$
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return !d && n; }' |
  "$clang" -fsanitize=fuzzer -xc - -o "$try" 2>/dev/null; then
  echo "LEFT OUT: libFuzzer: it comes with clang, that of the Swift toolchain too"
  echo "0 passed, 0 failed"
  exit 0
fi
rm -f "$try"

# A dictionary for libFuzzer: the mnemonics and keywords in the sources.
words() {
  case $1 in
  text) grep -rhoE '"[a-z][a-z0-9_.]*"' Sources/PulleyWasm/Operators Sources/PulleyWat ;;
  clif) sed -n 's/^ *case //p' Sources/PulleyIR/Operations/Operation.swift | tr ',' '\n' |
    sed -n 's/^ *`*\([a-zA-Z0-9]*\)`*.*/"\1"/p' | sed 's/\([A-Z]\)/_\1/g' | tr '[:upper:]' '[:lower:]'
    grep -rhoE '"[a-z][a-z0-9_.]*"' Sources/PulleyIR/Text Sources/PulleyIR/Conditions.swift ;;
  esac | grep '"..' | sort -u
}

# The folders with initial inputs: our own, and inputs of that kind from the public suites.
corpora() {
  if [ -d "$fuzz/corpus/$1" ]; then echo "$fuzz/corpus/$1"; fi
  case $1 in
  run) if [ -d "$fuzz/corpus/module" ]; then echo "$fuzz/corpus/module"; fi ;;
  clif)
    for folder in runtests verifier parser isa-pulley64; do
      if [ -d "${PULLEY_SHARED:-}/suites/clif/$folder" ]; then echo "$PULLEY_SHARED/suites/clif/$folder"; fi
    done
    ;;
  esac
  case $1 in
  module | run) if [ -d "$work/smith" ]; then echo "$work/smith"; fi ;;
  esac
}

# The reason in a log: the check that failed, or the innermost functions of the library.
place() {
  sed -n 's/^FINDING at /  /p; s/^SUMMARY: /  /p' "$1" | head -n 2
  sed -n 's/^ *#[0-9]* 0x[0-9a-f]* *\(.*libpulley.*\) (BuildId.*$/    \1/p' "$1" | grep -v ' pulley_' |
    head -n 3
}

run_native() {
  target=$1
  bin=$work/bin/$target
  log=$work/$target.log
  # shellcheck disable=SC2046
  if ! "$clang" -std=c11 -g -O1 -Wall -Wextra -Werror -fsanitize=fuzzer -Iinclude -I"$fuzz" \
    "$fuzz/fuzz.c" "$fuzz/mutator.c" "$fuzz/Targets/$target.c" \
    $(find "$fuzz/Targets" -name "$target-*.c") -o "$bin" -L"$library" -lpulley -lpthread \
    -Wl,-rpath,"$library" 2>"$log"; then
    cat "$log"
    return 1
  fi
  words "$target" >"$work/$target.words"
  if [ -s "$work/$target.words" ]; then dictionary=-dict=$work/$target.words; else dictionary=; fi
  grown=$work/corpus/$target
  mkdir -p "$grown" "$findings/$target"
  end=$(($(date +%s) + seconds))
  inputs=0
  found=0
  places=
  round=$seed
  while left=$((end - $(date +%s))) && [ "$left" -gt 0 ] && [ "$found" -lt 20 ]; do
    # shellcheck disable=SC2046,SC2086
    SWIFT_BACKTRACE=enable=no "$bin" -seed=$round -max_total_time=$left -timeout=120 \
      -rss_limit_mb=2048 -max_len=4096 -len_control=50 -print_final_stats=1 \
      -artifact_prefix="$findings/$target/" $dictionary "$grown" $(corpora "$target") >"$log" 2>&1
    status=$?
    done_now=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    [ -n "$done_now" ] || done_now=$(sed -n 's/^#\([0-9]*\).*/\1/p' "$log" | tail -n 1)
    inputs=$((inputs + ${done_now:-0}))
    [ "$status" = 0 ] && break
    found=$((found + 1))
    cp "$log" "$findings/$target/log-$round"
    place=$(place "$log")
    case $places in
    *"<$place>"*) ;;
    *)
      places="$places<$place>"
      input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
      echo "FINDING in $target: $bin ${input:-with -seed=$round}"
      echo "$place"
      ;;
    esac
    round=$((round + 1))
  done
  echo "$target: $inputs inputs in $seconds s, $found findings (FUZZ_SEED=$seed)"
  [ "$found" = 0 ]
}

run_script() {
  log=$work/$1.log
  FUZZ_SECONDS=$seconds FUZZ_SEED=$seed python3 "$fuzz/Targets/$1.py" | tee "$log"
  if grep -q '^LEFT OUT' "$log"; then return 2; fi
  ! grep -q '^FINDING' "$log" && grep -qE '^[a-z-]*: [0-9]+ inputs' "$log"
}

# shellcheck disable=SC2046
if [ $# = 0 ]; then set -- $(targets); fi
case " $* " in
*" module "* | *" run "*)
  python3 "$fuzz/referee.py" "$work/smith" "$seed" ||
    echo "LEFT OUT: random modules to begin with: wasm-tools cannot be installed from PyPI"
  ;;
esac
passed=0
failed=0
for target in "$@"; do
  if [ -f "$fuzz/Targets/$target.c" ]; then runner=run_native; else runner=run_script; fi
  $runner "$target"
  case $? in
  0) passed=$((passed + 1)) ;;
  2) ;;
  *) failed=$((failed + 1)) ;;
  esac
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
