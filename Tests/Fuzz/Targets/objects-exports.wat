;; What a random module exports: functions that can be called with numbers, globals and a memory that can be compared.
(module
  (func (export "f0") (param i32 i64) (result i64) (i64.const 0))
  (func (export "f1") (param f64 i32) (result i32) (i32.const 0))
  (func (export "f2") (result f32) (f32.const 0))
  (func (export "f3") (param i32))
  (func (export "f4") (param i64 i32 f32) (result i32 f64) (i32.const 0) (f64.const 0))
  (global (export "n0") (mut i32) (i32.const 0))
  (global (export "n1") (mut i64) (i64.const 0))
  (global (export "n2") (mut f64) (f64.const 0))
  (memory (export "memory") 1 4))
