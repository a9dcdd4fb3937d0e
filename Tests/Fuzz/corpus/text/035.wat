(func (export "add") (param i64 i64) (result i64 i64) (local f32)
  local.get 0 local.get 1 local.get 0 local.get i64.xordd128) ;; (; nested ) (result i64 i64) (local f32)
  local.get 0 local.get 1 local.get 0 local.get i64.xordd128) ;; (; nested (; comment ;) ;)
(memory 1) (func (export "at") (param $p i32) (result i32)
  (i32.(; commeesult i64 i64) (local f32)
  local.get 0 locam $p i32) (result