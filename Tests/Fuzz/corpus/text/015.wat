(module $m (@name "n")
  (type $t (func (param $a i32) (param
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f32.const 1) (i32ze(. qlocal.get 1))) drop ilock $x (result i32) (try_table (catch $e $x) (throw $e (i32.const 1))) (i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
    (memory.copy $k 0 (i64.c