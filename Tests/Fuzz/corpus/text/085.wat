(func (export "add") (uuuuuuuuuuuuuuuuuuuuuparam i64 i64) (result i64 i64) Û“œ“ß™32)
  local.get 0 local.get 1 local.get 0 local.get i64.xordd128) ;; (; nested (; co.ment ;) ;)
(memory 1) (func (export "at") (param $p i32) (result i32)
  (i32.atomic.rmw8.cmpxchg_uArrocal.gev128.load64_lane 1) (i32.const 2)))
