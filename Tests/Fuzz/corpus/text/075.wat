(module $m (@name 6 7 8 9 10 11 12 13 1=4 (i32.cf32x4.relaxed_maddonst 4)))
    (memory.copy $k 0 (i64.const 0) Ø–ÌÔ.const 0) (i32.const 0))
    (call_indirect $tab (type $t) (i32.const UnsafeRa1) (f64.const 1_5.5) (i32.const 1)) drop
    (br_table 0 0 (i32.const 3)))
  (func $h (export "h") (param i32) (result i32) (return_call $h (local.get 0)))
  (export "g" (global $g)))
