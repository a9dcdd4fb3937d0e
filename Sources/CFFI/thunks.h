/* C functions without a fixed meaning, for callbacks. Each is 16 bytes of the library's own code and calls
 * the handler that its entry in a table names. So a function pointer for a callback needs no memory that
 * is both writable and executable, which libffi's closures need where it is built without static
 * trampolines, as Debian builds it.
 *
 * Source: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", section
 * 3.2.3. */
#ifndef PULLEY_CFFI_THUNKS_H
#define PULLEY_CFFI_THUNKS_H

#include <stddef.h>
#include <stdint.h>

/* The registers with which a thunk was called, and those with which it returns. */
struct pulley_thunk_frame {
  /* rdi, rsi, rdx, rcx, r8, r9. The first two become rax and rdx. */
  uint64_t integers[6];
  /* The low halves of xmm0 to xmm7. The first two become those of xmm0 and xmm1. */
  uint64_t floats[8];
  /* The arguments on the stack. */
  void *stack;
  uint64_t padding;
};

/* What a thunk calls. */
struct pulley_thunk_target {
  void (*handler)(void *context, void *frame);
  void *context;
};

#if defined(__x86_64__) && defined(__ELF__)

enum { PULLEY_THUNK_COUNT = 8192 };

__attribute__((weak, visibility("hidden"))) struct pulley_thunk_target
    pulley_thunk_targets[PULLEY_THUNK_COUNT] = {{0, 0}};

/* rax leads the common part to the thunk's target. C passes the number of vector registers there, which only
 * functions with variable arguments read. */
__attribute__((naked, weak, visibility("hidden"), aligned(16))) void pulley_thunks(void) {
  __asm__(
      ".rept 8192\n"
      ".p2align 4\n"
      "endbr64\n"
      "lea -11(%rip), %rax\n"
      "jmp 1f\n"
      ".endr\n"
      "1:\n"
      "push %rbp\n"
      ".cfi_def_cfa_offset 16\n"
      ".cfi_offset %rbp, -16\n"
      "mov %rsp, %rbp\n"
      ".cfi_def_cfa_register %rbp\n"
      "sub $128, %rsp\n"
      "mov %rdi, (%rsp)\n"
      "mov %rsi, 8(%rsp)\n"
      "mov %rdx, 16(%rsp)\n"
      "mov %rcx, 24(%rsp)\n"
      "mov %r8, 32(%rsp)\n"
      "mov %r9, 40(%rsp)\n"
      "movq %xmm0, 48(%rsp)\n"
      "movq %xmm1, 56(%rsp)\n"
      "movq %xmm2, 64(%rsp)\n"
      "movq %xmm3, 72(%rsp)\n"
      "movq %xmm4, 80(%rsp)\n"
      "movq %xmm5, 88(%rsp)\n"
      "movq %xmm6, 96(%rsp)\n"
      "movq %xmm7, 104(%rsp)\n"
      "lea 16(%rbp), %rcx\n"
      "mov %rcx, 112(%rsp)\n"
      "lea pulley_thunks(%rip), %rcx\n"
      "sub %rcx, %rax\n"
      "lea pulley_thunk_targets(%rip), %rcx\n"
      "add %rax, %rcx\n"
      "mov 8(%rcx), %rdi\n"
      "mov %rsp, %rsi\n"
      "call *(%rcx)\n"
      "mov (%rsp), %rax\n"
      "mov 8(%rsp), %rdx\n"
      "movq 48(%rsp), %xmm0\n"
      "movq 56(%rsp), %xmm1\n"
      "leave\n"
      ".cfi_def_cfa %rsp, 8\n"
      "ret\n");
}

static inline const void *pulley_thunk(size_t index) {
  return (const char *)(const void *)pulley_thunks + 16 * index;
}

static inline struct pulley_thunk_target *pulley_thunk_target(size_t index) {
  return &pulley_thunk_targets[index];
}

#else

/* Other systems have libffi's closures. */
enum { PULLEY_THUNK_COUNT = 0 };

static inline const void *pulley_thunk(size_t index) {
  (void)index;
  return NULL;
}

static inline struct pulley_thunk_target *pulley_thunk_target(size_t index) {
  (void)index;
  return NULL;
}

#endif

/* A number that differs between threads that exist at the same time. */
static inline uintptr_t pulley_thread_number(void) {
#if defined(__linux__)
  return (uintptr_t)__builtin_thread_pointer();
#else
  static _Thread_local char here;
  return (uintptr_t)&here;
#endif
}

#endif
