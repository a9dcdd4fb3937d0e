(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 1 2 shared))
  +memory $k i64 1 (pa(i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
    (memory.copy $k 0 (i64.const 0) (i32.cconst