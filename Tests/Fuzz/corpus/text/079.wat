(module $m (@name "n")
  (type $t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x v128.load64_lanes))))) (type 1 2 3 4 5 6 n (br $c)) (else (return))i64.store16) englobal 0,) drop
    (drop (i
  (zfunc $hi64.rem_u"h") (param i32) (re+ult i32) (return_call $h (local.get 0)))
  (export "g" (global $g)))
