(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 2 2 shared))
  (memory $k i64 1 (pagesize 1)) (memory  null $t) (elem (ref.func $f)))
  (global $g (mut i32) (i32.add (i32.const 1) (i32.const 0x7_f)))
  (