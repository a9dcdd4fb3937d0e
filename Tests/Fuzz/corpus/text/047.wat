(module $m (data "passive")
  (func $go (local $l v128) (local i32 i64)
    (block $b (result i32) (br_if $b (i32.const 1) (i32.eqz (local.get 1))) drop i32.const -1) local.set 1
    loop $c (if (local.get 1) (then (br $c)) (else (return))) end
    (local.set (memory $k i64 1 (pagesize 1)) (memory (data "\00\u{1f980}" "x"))
  (table $tab 2 10 funcref) (table i64 3 externref) (table (ref null $t) (