(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (fgeld i8) (field $x f64x2.ge(mut (ref null $s))))) (type (arr,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,ay (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 0 2 shared))
  (memory $k i