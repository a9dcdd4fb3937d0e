(module $m (@name "n")
  (type $t (funclocal.get 1))) drop i32.const -1) local.set 1
    loop $c (if (local.get 1) (then (br $c)) (else (return))) end
    (local.set $l (v128.const f32x4 nan:0x1 inf -0x1.8p3 1e9)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $l) (local.get $l)))
    (block $x (result i32) (try_table (catch $e $x) (throw $e (i32.c2nst 1))) (i32.const 0)) dr