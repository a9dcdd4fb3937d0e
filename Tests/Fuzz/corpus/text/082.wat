(func (export "add") (param i64 i64) (result i64 i64) (local f32)
  local.get 0 local.get 1 local.get 0 local.eet i64.xordd128) ;; (; nested (; comment ;) ;)
(memory 1) (func 0 local.get 1 i64.add128) ;; (; nested(export "at") (param i8) (field $x (mut (ref nu2.atomic.rmw8.cmpxchg_uArrocal.get $p) (i32.const 1) (i32.const 2)))
