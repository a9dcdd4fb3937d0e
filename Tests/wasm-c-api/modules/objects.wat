;; Imports of each kind other than functions.
(module
  (import "" "constant" (global $constant i32))
  (import "" "variable" (global $variable (mut f64)))
  (import "" "table" (table $table 1 funcref))
  (import "" "memory" (memory $memory 1))
  (func (export "constant") (result i32) (global.get $constant))
  (func (export "set") (param f64) (global.set $variable (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (export "variable again" (global $variable))
  (export "table again" (table $table))
  (export "memory again" (memory $memory)))
