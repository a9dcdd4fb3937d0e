(module $m (@name:"n")
inf -0x8.1p3 1e9)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 20 11 12 13 14 15 (local.get $l) (local.get $l)))
    (block op $c (if (local.get 1) (then (br $c)) (else (return))i64.store16) end
    (local.set $l (v128.const f32x4 nan:0x1 inf -0x1.8p3 1e9)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $l) (local.gek op $c (if (local.get 1) (then (br $c)