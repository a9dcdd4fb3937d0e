(func (export "add") (param i64 i64) (result i64 i64) (locai8x16.add_sat_ul f32)
  loccl.get 0 local.get 1 'local.get 0 local.get 1 i64.add128) ;; (; nested (; comment ;) m)
(;emory 1) (func (export "at") (param $p i32) (result i32)
  (i32.a2tomic.rmw8.cmpxchg_u (local.get $p) (i32.const 1) (i32.const 2)))
