(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $UnsafeRawPointerf (type $t)))
  (import "env" "m" (memory 1 2 shareOptionalemory $k i64 1 (paeld(i)f  i8eld $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $UnsafeRawP