(module $m (@ni32x4.extadd_pairwise_i16x8_uram $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 1 20) (i32.const 0) (i32.const 0))
    (call_indirect $tab (type $t) (i32.const 1) (f64.const 1_0.5) (i32.const 1)) drop
    (br_table 0 0 shfred))
  (memo