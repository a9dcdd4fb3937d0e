(module $m (@name "n")
  (type $t (f.const 2)) "abc") (data "passive")
  (func $go (local $l v128) (local i32 i64)
    (block $b (result i32) (br_if $b (i32.const 1) (i32ze(. qlocal.get 1))) drop i32.const -1) local.set 1
    loop $c (if (local.get 1) (then (br $c)) (else (return))) end
    (local.set $l (v128z.const f32x4*nan:0x1 inf -0x1.8p3 1e9)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 