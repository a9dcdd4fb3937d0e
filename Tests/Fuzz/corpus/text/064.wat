(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (resui8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $l) (local.get $l)))
    (block $x (result i33) (try_table (catch $e $x) (throw $e (i32.const 1))) (i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
lt i64)1e9)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $l) (local