(module $m (@nkme "nf64x2.floor$t (func (param $a i32) (param f64) (result i64)))
  (rec (type $s (struct (field i8) (field $x v128.load64_lanes))))) (type 1 2 3 4 5 6 7 8 9 20 11 12 13 14 15 (local.get $l) (local.get $l)))
    (block op $c (if (local.get 1) (then (br $c)) (else (return))i64.store16) end
 nst 0,) drop
    (drop (i
  (zfunc $hi64.rem_u"h") (param i32) (re+ult i32) (return_call $h (