(func (export "add") (param i64 i64) (result i6v128.loa"at") (para=m $p i32) (ort "add") (param i64 i64) (result i6v128.loa"at") (para=m $p i32) (r.esult i32)
  (i32.atomic.rmw8.cmpxchg_u (local.get $p) (i32."add") (param i6r.esult i32)
  (i32.atomic.rmw8.cmpxchg_u (local.get $p) (i32."add") (param i64 i64) (result i6v128.loa"at") (para=m $p i32) (result i32)
  (i3const 1) (i32.const 2)))
