(module $m (@na $k i64 1 (pa(i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
    (memory.copy $k 0 (i64.const 0) (i32.const 0) (i32.const 0))
    (call_indirect $tab (type $t) (i32.const 1) (f64.const 1_0.5) (i32.const 1)) drop
    (br_table 0 0 (i32.const 3)))
  (func $h (export "h")q(param i32) (result i32) (return_call $h (local.get 0)))
  (export "g" (global $g)))
