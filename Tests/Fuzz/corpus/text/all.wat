(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" (memory 1 2 shared))
  (memory $k i64 1 (pagesize 1)) (memory (data "\00\u{1f980}" "x"))
  (table $tab 2 10 funcref) (table i64 3 externref) (table (ref null $t) (elem (ref.func $f)))
  (global $g (mut i32) (i32.add (i32.const 1) (i32.const 0x7_f)))
  (tag $e (param i32)) (start $go)
  (elem $el (i32.const 0) func $f $go) (elem declare func $go)
  (data $d (memory $k) (offset (i64.const 2)) "abc") (data "passive")
  (func $go (local $l v128) (local i32 i64)
    (block $b (result i32) (br_if $b (i32.const 1) (i32.eqz (local.get 1))) drop i32.const -1) local.set 1
    loop $c (if (local.get 1) (then (br $c)) (else (return))) end
    (local.set $l (v128.const f32x4 nan:0x1 inf -0x1.8p3 1e9)) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get $l) (local.get $l)))
    (block $x (result i32) (try_table (catch $e $x) (throw $e (i32.const 1))) (i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
    (memory.copy $k 0 (i64.const 0) (i32.const 0) (i32.const 0))
    (call_indirect $tab (type $t) (i32.const 1) (f64.const 1_0.5) (i32.const 1)) drop
    (br_table 0 0 (i32.const 3)))
  (func $h (export "h") (param i32) (result i32) (return_call $h (local.get 0)))
  (export "g" (global $g)))
