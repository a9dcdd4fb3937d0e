(func (export "add") (param i64 i64) (result i64 i64) (locai8x16.add_sat_ul f32)
  loccl.get 0 local.get 1 'local.get 0 local.get 1 i64.add128) ;; (; nested (; comment ;) ;)
(memory 1) (func (expo64 i64) (locai8x16.add_sat_ul f32)
  loccl.get 0 local.get 1 'local.get 0 local.get 1 i64.add128) ;; (; nested (; comment ;) ;)
(memory 1) (func (export "at") (pa loccl.get 0 localrt "at") (pa loccl.get 0