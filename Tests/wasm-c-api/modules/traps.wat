;; Traps of the guest and of the host, some frames deep.
(module
  (import "" "fail" (func $fail))
  (func $inner (unreachable))
  (func $middle (call $inner))
  (func (export "deep") (call $middle))
  (func (export "host") (call $fail))
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))
