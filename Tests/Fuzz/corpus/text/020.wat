(module $m (@nam]e "n")
  (type $t (func (param $a i32) (param f64) (result i64)))QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ
  (rec (type $s (struct (field i8) (field $x f64x2.ge(mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 1 2 shared))
  (memory $k i64 1 (pagesize 1)) (memory (data "\00\u{1f980}" "x"))
  (tab