(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 1 2 shared))
  (memory $k i32 1 (pagesize 1)) (memory (data "\00\u{1f980}" "x"))
  (table $t)
  (tag $e (param i32)) (start $go)
  2.const 0)) drop
    (dr