#!/usr/bin/env python3
"""A filter in WebAssembly that works in place on a NumPy array.

The array is a view of the guest's memory: nothing is copied.

The filter is recursive: y[i] = y[i-1] + weight * (x[i] - y[i-1]). NumPy has no operation for it,
and a loop in Python takes many times as long.
"""
import numpy as np

import pulley

GUEST = """
(module
  (memory (export "memory") 1)
  (func (export "smooth") (param $at i32) (param $count i32) (param $weight f64)
    (local $end i32) (local $y f64)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 3))))
    (local.set $y (f64.load (local.get $at)))
    (loop $next
      (f64.store (local.get $at)
        (local.tee $y
          (f64.add (local.get $y)
            (f64.mul (local.get $weight) (f64.sub (f64.load (local.get $at)) (local.get $y))))))
      (br_if $next
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end))))))
"""

COUNT = 100_000

guest = pulley.Instance(pulley.load(GUEST))
guest.memory.grow(COUNT * 8 // 65536 + 1)
samples = np.frombuffer(memoryview(guest.memory), dtype="f8", count=COUNT)

time = np.linspace(0, 1, COUNT)
signal = np.sin(2 * np.pi * time)
noisy = signal + np.random.default_rng(1).normal(scale=0.5, size=COUNT)
samples[:] = noisy
print(f"noise before: {np.std(samples - signal):.3f}")

guest.smooth(0, COUNT, 0.01)
print(f"noise after:  {np.std(samples - signal):.3f}")

# The same in Python, for the first thousand samples.
y = noisy[0]
expected = []
for x in noisy[:1000].tolist():
    y += 0.01 * (x - y)
    expected.append(y)
print("as in Python:", bool(np.allclose(samples[:1000], expected)))
