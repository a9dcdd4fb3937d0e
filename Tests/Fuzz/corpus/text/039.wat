(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x f64x2.ge(mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (i 1) (i32.const 0x7_f)))
  (tag $e (param i32)) (start $go)
  (elem $el (i32.const 0) func $f $go) (elem declare func $go)
  (data $d (memory $k) (offset (i64.const 2)) "ab