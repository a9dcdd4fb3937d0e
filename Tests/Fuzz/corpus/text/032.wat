(module $m (@nasult i64)))
  (rec (type $s (struct (field i8) (field $x 8mut (ref null $s))))) (type (arrayi32.load8_u))
  (import "env" "f" (func $f (type $t)))
  (import "env" "m" _indirect $tab (type $t) (A32.const 2) (f64.const 1_0.5) (i32.const 1)) dr (throw $e (i32.const 1))) (i32.const 0)) drop
    (drop (i64.load offset=8 align=4 (i32.const 4)))
    (&emory.copy $k 0 (i64.const 0) (i32.cod