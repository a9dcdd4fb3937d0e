#!/bin/sh
# Runs the unit tests, built with one of the compiler's sanitizers:
#
#   Tests/run-sanitized.sh asan|tsan [NAME…]
#
# asan finds accesses outside of objects, uses after free, and leaks. tsan finds data races and runs only the tests
# that use threads. NAMEs select other tests, like `swift test --filter`. Each sanitizer has a separate build folder
# (.build-asan, .build-tsan).
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-}
case $what in
# Instrumented frames are larger than the part of a stack that the library keeps free.
asan) sanitizer=address threads= skips="--skip StackTests --skip PassingErrorsTests" ;;
tsan) sanitizer=thread skips= threads="ThreadTests SharedMemoryTests ObjectTests HostFunctionTests InterruptionTests" ;;
*)
  sed -n 's/^# \{0,1\}//; 2,/^set/p' "$0" | grep -v '^set' >&2
  exit 64
  ;;
esac
shift
filters=
for name in ${*:-$threads}; do filters="$filters --filter $name"; done

mkdir -p build/test-logs
log=build/test-logs/$what.log
# shellcheck disable=SC2086
SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0:malloc_context_size=100 \
  LSAN_OPTIONS=suppressions=$PWD/Tests/lsan.supp TSAN_OPTIONS=suppressions=$PWD/Tests/tsan.supp \
  ${SWIFT:-swift} test --sanitize=$sanitizer --build-path ".build-$what" --disable-xctest $filters $skips \
  >"$log" 2>&1
status=$?
grep -E '^✘|recorded an issue|^error:|Fatal error' "$log" | head -n 50
grep -A 25 -E 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer' "$log" | head -n 200
reports=$(grep -cE 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer' "$log")
passed=$(sed -n 's/^. Test run with \([0-9]*\) test.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
failed=$(grep -cE '^✘ Test .* failed after' "$log")
failed=$((failed + reports))
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
  failed=1
  tail -n 30 "$log"
fi
echo "$((passed > failed ? passed - failed : 0)) passed, $failed failed"
[ "$failed" = 0 ]
