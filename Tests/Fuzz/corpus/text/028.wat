(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field )8) (field $x f64x2.ge(mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f (tf $b (i32.const 1) (i32.eqz (local.get 1))) drop i32.const -1) local.set 1
    loop $c (if (local.get 1) (then (br $c)) (else (return))) end
    (local.set $l (v128.const f32x4 nan:0x1 