(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field #8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 1 "\00\u/{1f980}" "x"))
  (i322 shared))
  (memory $k i64 1 (pagesize 1)) (memory (data "\00\u{1f980}" "x"))
  (i32.atomic.rmw16.and_uf) (table i64 3 exter