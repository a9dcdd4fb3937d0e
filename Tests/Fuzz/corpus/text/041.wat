(module $m (@
  (memory $k i64 1 (pagesize 1)) (memory (data "\00\u{1f980}" "x"))
  (table $tab 2 10 funcref) (table i64 3 externref) (table (ref null $t) (elem (ref.func $f)))
  (global $g (mut i32) (i32.add (i32.const 1) (i32.const 0x7_f)))
  (tag $e (param i32)) (start $go)
  (elem $el (i32.const 0) func $f $go) (elem declare func $go)
  (data $d (memory $k) (offset (i64.const 2)) "abc") (data 