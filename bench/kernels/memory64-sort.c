/* Heap sort of 64-bit numbers in a memory with 64-bit addresses. */
#include <stdint.h>

static uint64_t numbers[100000];

static void sift(uint64_t *heap, uint64_t root, uint64_t count) {
  for (;;) {
    uint64_t child = root * 2 + 1;
    if (child >= count)
      return;
    if (child + 1 < count && heap[child] < heap[child + 1])
      child++;
    if (heap[root] >= heap[child])
      return;
    uint64_t other = heap[root];
    heap[root] = heap[child];
    heap[child] = other;
    root = child;
  }
}

__attribute__((export_name("run"))) uint32_t run(int32_t rounds) {
  const uint64_t count = sizeof numbers / sizeof *numbers;
  uint64_t sum = 0, state = 88172645463325252u;
  for (int32_t round = 0; round < rounds; round++) {
    for (uint64_t i = 0; i < count; i++) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      numbers[i] = state;
    }
    for (uint64_t i = count / 2; i-- > 0;)
      sift(numbers, i, count);
    for (uint64_t i = count; i-- > 1;) {
      uint64_t largest = numbers[0];
      numbers[0] = numbers[i];
      numbers[i] = largest;
      sift(numbers, 0, i);
    }
    for (uint64_t i = 0; i < count; i++)
      sum = sum * 31 + numbers[i];
  }
  return (uint32_t)(sum ^ sum >> 32);
}
