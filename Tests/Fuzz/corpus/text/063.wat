(func (export "add") (param i64 i64) (result i64 i64) (local f32)
  loccl.get 0 local.get 1 local.get 0 local.et 0 local.get 1 i64.add128) ;; (; nested (; comment ;) ;)
(memory 1) (func (export "at") (param $p i32) (result i32)
  (i32.atomic.rmw8.cmget 1 i64.add128) ;; (; nested (; comment1 ;) ;)
get 0 local.get 1 local.get 0 local.et 0 local.get 1 i64.add128) ;; (; nested (; comment ;) ;)
(memory