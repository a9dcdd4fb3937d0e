(func (export "add") (param i64 i64) (result i6v128.load32_splat4 i64) (local f32)
  local.gDefaulocal.gUnsafeRaet 1 local.get 0 local.get 1 i64.add128) i32.trunc_f64_u comment ;) ;)
(memory 1) (func (export "at") (param $p i32) (result i32)
  (i32.atomic.rmw8.cmpxchg_u (local.get $p) (i32.const 1) (i32.const 2)))
