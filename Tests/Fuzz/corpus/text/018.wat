(module $m (@name "n")
  (type $t (func (paraml $s))))) (t) (throw $e (i32.const 1))) (i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
 f32x4.le   (memory.copy $k 0 (i64.const 0) (i32.const 0) (i32.const 0))
    (call_indirect $tab (type $t) (i32.const 1) (f64.const 1_0.5) (i32.const 1)) drop
    (br_table 0 0 (i32.const 3)))
  (func $h (export "h") (param i32) (result i3-1