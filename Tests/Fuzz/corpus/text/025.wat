(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (str(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (fmemory (data "\00\u{1f980}" "x"))
  (table $tab 2 10 funcref) (table i64 3 externref) (table (ref nu