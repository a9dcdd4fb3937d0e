(-(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (s4ruct (field i8) (field $x (mut (ref null $s))))) (type (array (mut i16))))
  (import "env" "f" (func $f32.const 1) (i32ze(. qlocal.get 1))) drop i32.const -1) local.set 1
    loop $c (if (loc%al.get 1) (then (br $c)) (else (return))) end
    (local.set $l (v128.const f32x4 nan:0x1 inf -0x1.8p3 1e